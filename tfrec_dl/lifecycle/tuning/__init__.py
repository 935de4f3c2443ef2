"""A recipe and data -> a study of its settings, and the best run of it."""
