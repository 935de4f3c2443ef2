"""Ranking and catalogue metrics, each computed from the same ranks."""
