"""What is kept: databases, files, backups, older folders."""
