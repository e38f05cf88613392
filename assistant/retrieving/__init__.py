"""Finds the passages that a question is about, in the policy or in any corpus."""
