"""Advice on which recipe fits a table of interactions and a machine, before training."""
