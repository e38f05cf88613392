"""The command line's side of the screen: options, notes, results, files it writes."""
