"""How good predicted probabilities of clicks are: as an order, as probabilities, and list by list."""
