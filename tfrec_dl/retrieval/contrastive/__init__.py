"""Contrastive terms of retrieval networks: two views of a state are drawn together, those of others apart."""
