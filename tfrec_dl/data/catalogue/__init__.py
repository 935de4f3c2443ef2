"""Features of items and of users."""
