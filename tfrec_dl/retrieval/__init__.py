"""Retrieval: histories in, the best items of the catalogue out."""
