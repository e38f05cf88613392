"""What reviewers do with cases that were handed in."""
