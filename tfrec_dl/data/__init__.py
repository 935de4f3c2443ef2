"""Tables of interactions -> checked interactions -> splits of packed histories -> training batches."""
