"""A language model as second reader: asked, examined, verified, never believed alone."""
