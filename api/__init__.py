"""The edges: the command line and the web application."""
