"""Ranking models in TF Serving: requests, the exported graph, and loading of exports."""
