"""What the data of a training looked like, in few numbers, for comparing later data with them."""
