"""Baselines: recommenders without a neural network that every model is measured against."""
