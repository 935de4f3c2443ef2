"""Warm start: a network that goes on from a finished run, on newer data, with other items."""
