"""Policy folders held against themselves and against the version before them."""
