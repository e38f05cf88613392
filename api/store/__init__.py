"""What is kept: tables, their migrations, and files by content. Nothing here knows HTTP or who may see what."""
