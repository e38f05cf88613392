"""What a question says of its asker, held against the criteria."""
