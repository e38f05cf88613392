"""Facts against criteria: outcomes, findings in words, what other readings of the window would change."""
