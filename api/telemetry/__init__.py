"""What an operator sees of a running installation: logs, metrics, traces. Nothing leaves without a setting."""
