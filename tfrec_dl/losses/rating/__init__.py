"""Rating outputs: from a score to a rating, and the loss."""
