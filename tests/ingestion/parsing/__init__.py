"""Files of every kind, good, broken and hostile: what is read of them, and what is said about the rest."""
