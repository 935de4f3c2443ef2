"""Scorers -> ranks -> metrics with intervals; leaderboards."""
