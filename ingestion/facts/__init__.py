"""From documents to facts: quantities, periods, mentions, assertions, items, reconciliation."""
