"""What administrators set, see and take away; the audit."""
