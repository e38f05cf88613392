"""Questions and answers, kept."""
