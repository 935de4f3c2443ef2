"""What places add to clicks in training."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.ranking.position_bias import PositionBias


@pytest.fixture
def bias() -> PositionBias:
    found = PositionBias(np.array([10, 0, 30]))
    found.table.assign([1.0, 50.0, -1.0])
    return found


def test_place_has_its_number_and_those_further_down_that_of_the_last_known(bias):
    assert bias(tf.constant([0, 1, 2, 3, 99])).numpy().tolist() == [1, 50, -1, -1, -1]


def test_where_the_place_is_not_known_it_is_the_mean_over_the_training_impressions(bias):
    assert float(bias.constant()) == pytest.approx((10 * 1 + 30 * -1) / 40)


def test_places_start_equal():
    fresh = PositionBias(np.array([3, 1]))
    assert not fresh(tf.constant([0, 1])).numpy().any()
    assert [variable.shape.as_list() for variable in fresh.trainable_variables] == [[2]]
