"""Output of commands: data, progress and metrics."""
