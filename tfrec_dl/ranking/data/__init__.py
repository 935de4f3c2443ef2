"""Tables of impressions -> checked impressions -> splits -> batches of whole lists."""
