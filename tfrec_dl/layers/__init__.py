"""Keras layers shared by several networks."""
