"""Commands that make what the project ships: the bundled application, the examples of the API, the guides' pictures."""
