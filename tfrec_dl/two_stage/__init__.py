"""Retrieval and ranking as one."""
