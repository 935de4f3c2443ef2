"""Contrastive terms of retrieval networks, which pull two views of a state together and push other states away."""
