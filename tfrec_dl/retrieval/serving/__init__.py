"""Retrieval models in TF Serving: the exported graph, new items, verification."""
