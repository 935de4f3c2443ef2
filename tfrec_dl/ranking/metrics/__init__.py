"""Metrics of predicted click probabilities: of their order, of their calibration, and of lists."""
