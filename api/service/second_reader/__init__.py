"""A language model as second reader of cases: whether it may, readings in the background, what is left."""
