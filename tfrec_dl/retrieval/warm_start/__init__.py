"""Warm start: continues the training of a finished run on newer data, with other items."""
