"""What places say of a fact, and the one interval that all of it comes to."""
