"""Batches of training windows and of whole histories."""
