"""People: signing in, sessions and tokens, passwords."""
