"""Batch recommendation: reads the histories of many users and writes one file of recommendations."""
