"""Linear models of an impression's ids, features and crosses: baselines, and what a ranker starts from."""
