"""Scorers -> ranks -> metrics with intervals; baselines, leaderboard and the Keras validation callback."""
