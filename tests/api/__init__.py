"""The edges: routes, pages, commands, and who gets in."""
