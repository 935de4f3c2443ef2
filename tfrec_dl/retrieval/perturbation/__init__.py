"""Perturbations of what a training step reads: shifts of the rows of items and users, as a regularizer."""
