"""What commands print: data, progress, metrics."""
