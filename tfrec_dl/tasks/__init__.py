"""Losses, negative sampling and the retrieval model that is trained with them."""
