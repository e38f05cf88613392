"""Files are read in a process of its own that has given up what reading does not need."""
