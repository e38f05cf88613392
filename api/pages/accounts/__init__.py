"""Signing in, registering, one's own account, a forgotten password."""
