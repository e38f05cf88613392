"""Facts of documents: what counts, what does not and why, whose it is."""
