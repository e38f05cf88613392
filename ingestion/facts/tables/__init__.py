"""Tables: which list a fact's things, and amounts by period."""
