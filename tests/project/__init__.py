"""What the project as a whole promises: its shape, its documents, its packages, what it is built of."""
