"""Rating prediction from review texts: DeepCoNN."""
