"""Text recognition on pictures of pages."""
