"""Profiles of training data: a few numbers that later data are compared with."""
