"""Workbooks, and the grid that they share with csv files."""
