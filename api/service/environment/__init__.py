"""What the environment says about an installation. Only composition roots read it."""
