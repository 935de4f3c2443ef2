"""Data larger than memory: a table of interactions as shards of user histories, and training batches read from them."""
