"""Report of a run or a comparison: one HTML file."""
