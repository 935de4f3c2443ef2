import numpy as np
import pandas as pd
import pytest

from tfrec_dl.baselines.rating_bias import RatingBias
from tfrec_dl.errors import InputError
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import random_splits


def reviews_of(users, items, ratings) -> Reviews:
    return Reviews.from_frame(pd.DataFrame({"user_id": users, "item_id": items, "rating": ratings, "review": ""}))


def random_reviews(count: int = 400, noise: float = 0.0) -> Reviews:
    generator = np.random.default_rng(0)
    users, items = generator.integers(30, size=count), generator.integers(20, size=count)
    user_bias, item_bias = generator.normal(0, 0.5, 30), generator.normal(0, 0.5, 20)
    ratings = 3 + user_bias[users] + item_bias[items] + noise * generator.normal(size=count)
    return reviews_of([f"u{user}" for user in users], [f"i{item}" for item in items], ratings)


def test_biases_minimise_the_penalised_squared_error():
    reviews = random_reviews(noise=1.0)
    model = RatingBias(reviews.rated(), 2.0, 3.0)
    users = np.eye(30)[model.users.get_indexer(reviews.user_ids[reviews.users])]
    items = np.eye(20)[model.items.get_indexer(reviews.item_ids[reviews.items])]
    design = np.hstack([users, items])
    penalty = np.diag([2.0] * 30 + [3.0] * 20)
    expected = np.linalg.solve(design.T @ design + penalty, design.T @ (reviews.ratings - model.mean))
    assert np.concatenate([model.user_biases[1:], model.item_biases[1:]]) == pytest.approx(expected, abs=1e-4)


def test_a_new_user_gets_the_other_sides_bias_and_two_new_users_the_mean():
    model = RatingBias(reviews_of(["a", "a", "b"], ["x", "y", "x"], [5.0, 4.0, 2.0]).rated())
    both, item, neither = model.predict_ratings(["a", "new", "new"], ["x", "x", "new"])
    assert neither == pytest.approx(11 / 3)
    assert item == pytest.approx(11 / 3 + model.item_biases[1])
    assert both == pytest.approx(11 / 3 + model.item_biases[1] + model.user_biases[1])


def test_predictions_stay_in_the_range_of_the_ratings():
    model = RatingBias(reviews_of(["a", "a", "b", "b"], ["x", "y", "x", "y"], [5.0, 5.0, 5.0, 1.0]).rated(), 0.0, 0.0)
    assert model.predict_ratings(["a"], ["x"])[0] == 5.0


def test_noise_makes_validation_choose_more_shrinkage():
    clean, noisy = (random_splits(random_reviews(noise=noise), count=1)[0] for noise in (0.0, 3.0))
    weak = RatingBias.tuned(clean.train.rated(), clean.validation.rated(), (0.01, 30.0)).shrinkages
    strong = RatingBias.tuned(noisy.train.rated(), noisy.validation.rated(), (0.01, 30.0)).shrinkages
    assert weak == (0.01, 0.01)
    assert strong == (30.0, 30.0)


def test_negative_shrinkage_is_refused():
    with pytest.raises(InputError, match="-1.0"):
        RatingBias(random_reviews().rated(), -1.0)
