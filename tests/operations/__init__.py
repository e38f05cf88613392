"""What keeps it running: administration, processes, stores."""
