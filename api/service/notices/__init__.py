"""Persons are told of what happens to cases and to the policy: in the page, by mail, and in groups by their robots."""
