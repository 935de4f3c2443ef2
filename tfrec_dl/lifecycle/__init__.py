"""What is done with models of every family: train, compare, open."""
