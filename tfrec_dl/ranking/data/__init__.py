"""Data of rankers: tables of impressions, checks, splits, and batches of whole lists."""
