"""The edges: the command line and the web application."""

__version__ = "0.2.0"
