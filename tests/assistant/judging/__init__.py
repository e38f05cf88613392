"""Criteria: what follows from facts, and from a person's decision over them."""
