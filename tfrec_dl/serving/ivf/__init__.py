"""Approximate search for the best items, with inverted lists."""
