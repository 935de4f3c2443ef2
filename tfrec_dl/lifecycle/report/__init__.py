"""Reports on a run or a comparison as one HTML file."""
