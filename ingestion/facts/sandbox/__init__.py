"""Facts are read behind a wall: a document that takes too much costs itself alone."""
