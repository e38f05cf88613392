"""What checks a policy folder, and what changes between two versions."""
