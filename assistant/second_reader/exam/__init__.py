"""The reading exam: its texts, a model that sits it, what it may do for that and will cost."""
