"""From files to documents: one module for each kind of file, the only place that knows its library."""
