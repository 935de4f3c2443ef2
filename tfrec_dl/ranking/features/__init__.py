"""What a ranker reads of an impression: fields, comparisons, histories."""
