"""Stacking: the scores of several recommenders blended by a small model that is fitted on validation cases."""
