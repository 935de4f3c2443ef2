"""Histories of many users -> a file of recommendations for all of them."""
