"""Ranking models in TF Serving: requests, the exported graph, loading it back."""
