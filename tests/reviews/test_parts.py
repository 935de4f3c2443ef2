"""The layers of the rating model against references written out here."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.losses.rating.cumulative_logit import CumulativeLogit
from tfrec_dl.reviews.factorization_machine import FactorizationMachine


def test_a_factorization_machine_is_its_double_sum():
    layer = FactorizationMachine(3)
    features = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    layer(features)  # builds it
    generator = np.random.default_rng(1)
    linear, vectors = generator.normal(size=(5, 1)), generator.normal(size=(5, 3))
    layer.set_weights([linear, vectors])
    expected = [
        row @ linear[:, 0] + sum(vectors[i] @ vectors[j] * row[i] * row[j] for i in range(5) for j in range(i + 1, 5))
        for row in features
    ]
    assert layer(features).numpy()[:, 0] == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_thresholds_start_at_the_shares_of_the_ratings():
    ratings = np.array([1, 1, 2, 4, 4, 4, 4, 5, 5, 5], dtype=np.float32)
    output = CumulativeLogit()
    levels = output.levels(ratings)
    score = tf.keras.Input([1])
    model = tf.keras.Model(score, output.output(score, levels, ratings))
    at_zero, high = model(tf.constant([[0.0], [3.0]])).numpy()
    assert at_zero == pytest.approx([0.2, 0.1, 0.4, 0.3], abs=1e-5)
    assert high.sum() == pytest.approx(1.0)
    assert (np.cumsum(high)[:-1] < np.cumsum(at_zero)[:-1]).all()
    expected = output.expected(tf.constant([at_zero]), tf.constant(levels))
    assert float(expected[0]) == pytest.approx(ratings.mean(), abs=1e-5)
    assert list(output.labels(tf.constant(ratings), tf.constant(levels)).numpy()) == [0, 0, 1, 2, 2, 2, 2, 3, 3, 3]
