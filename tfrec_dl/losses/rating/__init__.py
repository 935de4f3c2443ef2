"""Rating outputs: layers that turn a score into a rating, and their losses."""
