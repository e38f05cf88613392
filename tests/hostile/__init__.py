"""Files that mean harm: one maker for each class, the same bytes for the same seed."""
