"""Towers: from item indices to item vectors."""
