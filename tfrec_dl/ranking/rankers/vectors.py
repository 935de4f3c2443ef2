"""Vectors of an impression's fields, with the history reduced to one of them."""

import tensorflow as tf

from tfrec_dl.layers.masking import masked_mean
from tfrec_dl.layers.plain import AsNumbers
from tfrec_dl.ranking.features.fields import Fields


def history_mean(fields: Fields) -> tf.Tensor:
    """Returns the mean of the past items [R, K]; zeros for a new user."""
    return masked_mean(fields.history, AsNumbers()(fields.mask))


def stacked_with_history(fields: Fields) -> tf.Tensor:
    """Stacks user, item, features and the mean of the past items, [R, F + 1, K]."""
    mean = history_mean(fields)
    as_row = tf.keras.layers.Reshape((1, mean.shape[-1]))(mean)
    return tf.keras.layers.Concatenate(axis=1)([fields.stacked(), as_row])
