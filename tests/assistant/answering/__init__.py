"""Answers, without a model and with one: what is cited, what is checked, what no instruction changes."""
