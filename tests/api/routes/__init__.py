"""The HTTP API and what else other programs speak to: tools, chat, notices of changes."""
