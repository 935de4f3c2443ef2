"""Attributes of items in an export: what the conditions of a request are about."""
