"""Advice on which recipe fits a table of interactions and a machine, before anything is trained."""
