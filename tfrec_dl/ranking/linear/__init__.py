"""Linear models of an impression's ids, features and crosses, used as baselines and as starting points of rankers."""
