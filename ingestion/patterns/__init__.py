"""Regular expressions, compiled once and tested quickly."""
