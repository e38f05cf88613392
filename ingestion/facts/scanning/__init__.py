"""A document cut up: sentences, lines of forms, tables with their columns."""
