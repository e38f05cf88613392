"""Word files, straight from their XML."""
