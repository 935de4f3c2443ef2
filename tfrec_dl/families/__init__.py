"""Base classes of families of models and of tasks, and the run that they share."""
