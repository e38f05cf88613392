"""What is handed out: forms, letters, JSON."""
