"""Policies on the server: brought, mended in forms, tried, published."""
