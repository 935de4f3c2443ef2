"""Optimisers, the fit of a model, and the run folder."""
