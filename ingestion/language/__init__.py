"""How Chinese documents word things, as data."""
