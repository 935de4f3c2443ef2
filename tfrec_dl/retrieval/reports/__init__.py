"""Report sections on models that recommend."""
