"""Features of an impression that a ranker reads: fields, comparisons and histories."""
