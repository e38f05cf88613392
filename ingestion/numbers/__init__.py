"""Numbers, periods and windows as documents word them."""
