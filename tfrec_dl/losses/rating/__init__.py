"""From a score to a rating: what is predicted, and the loss that it is trained with."""
