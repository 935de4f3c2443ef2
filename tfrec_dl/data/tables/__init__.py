"""Files -> columns -> checked arrays."""
