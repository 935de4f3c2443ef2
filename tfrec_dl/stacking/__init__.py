"""Stacking: the scores of several recommenders blended by a small ranker that is learned on validation cases."""
