"""Data larger than memory: prepares a table as shards of user histories, and reads training batches from them."""
