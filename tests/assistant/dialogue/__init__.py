"""Talk about figures, applications and base types."""
