"""People's ways through the pages, in a true browser."""
