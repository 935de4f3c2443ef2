"""Ranking: candidates in the order of clicks, conversions or ratings."""
