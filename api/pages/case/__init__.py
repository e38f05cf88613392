"""The applicant's pages of a case."""
