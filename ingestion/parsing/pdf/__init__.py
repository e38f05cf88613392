"""Pdf files: the one place that loads pypdfium2."""
