"""Background jobs that survive a restart, and the processes that work on them."""
