"""The tests, in rooms that are named as what they test; what several rooms share stands in support."""
