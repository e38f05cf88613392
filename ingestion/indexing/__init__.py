"""Passages cut, kept, embedded and searched."""
