"""Numbers, periods, names, and the patterns that find them."""
