"""Facts of tables, forms and lists."""
