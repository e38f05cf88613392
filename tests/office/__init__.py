"""The bureau's work: rounds, papers, review, letters, notices."""
