"""Each claim of the model against the documents, and what follows from those left."""
