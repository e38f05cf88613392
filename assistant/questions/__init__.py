"""Understanding a question: its form, its terms, what of the policy it is about."""
