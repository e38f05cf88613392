"""What persons decide about facts and criteria, replayed over what the program found, and the form that tells of it."""
