"""Reading: from an applicant's files and a policy's text to documents, passages and facts."""
