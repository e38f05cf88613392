"""What labelled rows teach about new ones: whether a row, an item or a sentence counts for a fact, by its wording."""
