"""What has changed since a model was trained, from its export and a table of today's interactions."""
