"""Other programs are told of changes: signed messages, written with the change and sent until they are heard."""
