"""Ids without a vector of their own."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import UNKNOWN
from tfrec_dl.ranking.features.unknown_ids import UnknownIdMasking


def test_indices_beyond_the_table_are_unknown_and_all_others_stay():
    layer = UnknownIdMasking(size=5, rate=0.9)
    indices = tf.constant([[0, 1, 2], [4, 5, 99]])
    for training in (None, False):
        assert layer(indices, training=training).numpy().tolist() == [[0, 1, 2], [4, UNKNOWN, UNKNOWN]]


def test_share_of_the_ids_is_hidden_in_training_and_padding_never():
    layer = UnknownIdMasking(size=5, rate=0.3)
    found = layer(tf.fill([100, 100], 4), training=True).numpy()
    assert set(np.unique(found)) == {UNKNOWN, 4}
    assert abs((found == UNKNOWN).mean() - 0.3) < 0.03
    assert (found != layer(tf.fill([100, 100], 4), training=True).numpy()).any()
    assert not layer(tf.zeros([100, 100], tf.int32), training=True).numpy().any()


def test_nothing_is_hidden_at_rate_zero():
    assert (UnknownIdMasking(size=5, rate=0.0)(tf.fill([1_000], 3), training=True).numpy() == 3).all()


def test_layer_is_built_again_from_its_configuration():
    again = UnknownIdMasking.from_config(UnknownIdMasking(size=3, rate=0.25).get_config())
    assert (again.size, again.rate) == (3, 0.25)
