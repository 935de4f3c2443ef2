"""Training and comparing models of every family."""
