"""From facts to outcomes, answers, letters and reports."""
