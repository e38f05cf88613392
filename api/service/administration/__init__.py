"""What administrators and auditors do: audit, users, settings, retention, health, backup."""
