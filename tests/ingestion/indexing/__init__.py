"""Passages, and the indexes that find them by words and by sense."""
