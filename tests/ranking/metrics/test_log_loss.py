import math

import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.log_loss import log_loss, normalised_entropy


def test_log_loss_by_hand():
    assert log_loss([0.5, 0.9, 0.2], [1, 1, 0]) == pytest.approx(-math.log(0.5 * 0.9 * 0.8) / 3)


def test_a_certain_error_costs_much_and_not_without_end():
    assert log_loss([0.0, 1.0], [1, 1]) == pytest.approx(-math.log(np.finfo(float).eps) / 2)


def test_log_loss_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is an extra")
    rng = np.random.default_rng(0)
    predicted, labels = rng.random(300), rng.integers(2, size=300)
    assert log_loss(predicted, labels) == pytest.approx(metrics.log_loss(labels, predicted))


def test_normalised_entropy_of_the_click_rate_is_1_and_of_the_truth_less():
    labels = np.array([1, 0, 0, 0])
    assert normalised_entropy(np.full(4, 0.25), labels) == pytest.approx(1.0)
    assert normalised_entropy([0.7, 0.1, 0.1, 0.1], labels) == pytest.approx(
        -(math.log(0.7) + 3 * math.log(0.9)) / -(math.log(0.25) + 3 * math.log(0.75))
    )


def test_normalised_entropy_without_clicks_is_not_a_number():
    assert np.isnan(normalised_entropy([0.1, 0.1], [0, 0]))


def test_logits_are_refused():
    with pytest.raises(InputError, match="predicted: 1 of 2 .* first is -2.5 in row 0: pass probabilities, not logits"):
        log_loss([-2.5, 0.5], [0, 1])
