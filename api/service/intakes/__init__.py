"""Rounds of applications (批次): what is handed in between two days for one base type, and what it comes to."""
