"""One module a command, each with `configure(parser, words)`; what a command needs it imports when it runs."""
