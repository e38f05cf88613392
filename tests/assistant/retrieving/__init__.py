"""Which passages a question finds, whose they are, and what is learned from a policy's examples."""
