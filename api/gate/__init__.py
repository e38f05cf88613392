"""What every request passes, and how failures become responses."""
