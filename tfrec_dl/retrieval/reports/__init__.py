"""What a report shows of models that recommend."""
