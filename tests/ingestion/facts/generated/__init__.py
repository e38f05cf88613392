"""Documents drawn from a grammar together with what they come to, and whether that is read in them."""
