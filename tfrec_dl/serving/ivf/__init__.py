"""Approximate search of the best items: inverted lists."""
