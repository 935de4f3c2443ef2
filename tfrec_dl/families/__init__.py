"""What a family of models and a task say of themselves, and the run that they share."""
