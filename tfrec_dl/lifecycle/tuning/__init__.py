"""Hyperparameter tuning: studies of a recipe's settings, and the best run of each."""
