"""Things named one by one: items of lists, in running text, told of as events."""
