"""Texts as data, in two languages: what the rule checker says, and the words of answers."""
