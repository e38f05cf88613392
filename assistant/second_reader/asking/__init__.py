"""What the model is asked, by which endpoint, and its answer in the form of code."""
