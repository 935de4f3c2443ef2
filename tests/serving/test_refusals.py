"""Refusal of requests in the graph: one line, of the first fault."""

import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.refusals import Check, refusals_explained, refuse


@tf.function
def checked(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    ids, numbers = tf.constant(["a", "b"]), tf.constant([3, 4])
    return refuse(
        Check(first, ids, "id {} is none: leave it out"),
        Check(second, numbers, "k is {}", tf.constant(": at most 2")),
    )


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        ([False, True], [True, True], "id b is none: leave it out"),
        ([False, False], [False, True], "k is 4: at most 2"),
    ],
)
def test_of_several_faults_the_first_is_named(first, second, line):
    with pytest.raises(InputError) as refused, refusals_explained():
        checked(tf.constant(first), tf.constant(second))
    assert str(refused.value) == line


def test_what_is_good_passes():
    assert checked(tf.constant([False, False]), tf.constant([False, False]))
