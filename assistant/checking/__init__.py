"""What is said is held against its sources: citations, and what a language model wrote."""
