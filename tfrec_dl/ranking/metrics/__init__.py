"""Metrics of predicted click probabilities: ordering, calibration and ranked lists."""
