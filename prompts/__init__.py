"""Versioned prompt texts, `<task>.v<N>.<lang>.md`; old versions stay."""
