"""Processes, jobs and machines that work, die and come back."""
