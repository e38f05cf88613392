"""Documents with words marked, and the way from one place to the next."""
