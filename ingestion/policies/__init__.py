"""A policy folder: its articles, criteria, bars and scales, loaded and held against its own text."""
