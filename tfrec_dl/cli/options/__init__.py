"""Options of the command line, in groups."""
