"""Questions about one application, answered from its assessment by rules."""
