"""The figures of sentences: which state a fact, when, and what they come to together."""
