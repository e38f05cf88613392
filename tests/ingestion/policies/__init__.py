"""Policies as folders: what is loaded, what is refused, and policies that nobody had in mind."""
