"""Refusal of requests in the graph: one line, of the first fault."""

import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.refusals import Check, refusals_explained, refuse


def checked(first: list[bool], second: list[bool]) -> tf.Tensor:
    ids, numbers = tf.constant(["a", "b"]), tf.constant([3, 4])
    return refuse(
        Check(tf.constant(first), ids, "id {} is none: leave it out"),
        Check(tf.constant(second), numbers, "k is {}", tf.constant(": at most 2")),
    )


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        ([False, True], [True, True], "id b is none: leave it out"),
        ([False, False], [False, True], "k is 4: at most 2"),
    ],
)
@pytest.mark.parametrize("in_a_graph", [False, True])
def test_of_several_faults_the_first_is_named(first, second, line, in_a_graph):
    call = tf.function(checked) if in_a_graph else checked
    with pytest.raises(InputError) as refused, refusals_explained():
        call(first, second)
    assert str(refused.value) == line


def test_what_is_good_passes():
    assert checked([False, False], [False, False])
