"""Questions about items' attributes, as functions inside a TensorFlow graph.

Each is traced once in a process, for any export: tracing takes most of the time of an export.
"""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from tfrec_dl.serving.attributes.conditions import Conditions, read_conditions
from tfrec_dl.serving.attributes.sums import Terms, sums_by_group
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.refusals import Check, refuse

Arrays = Mapping[str, tf.Tensor]  # those of `compact_arrays`


@traced_once
def allowed(arrays: Arrays, must: tf.Tensor, must_not: tf.Tensor) -> tf.Tensor:
    """As `ItemAttributes.allowed`."""
    both = tf.concat([must, must_not], axis=1)
    read, wanted = conditions_of(arrays, both), tf.where(both != "")[:, 1] < tf.shape(must, tf.int64)[1]
    # Alternatives are one group, as is what must not hold; every other condition is a group of its own.
    rows, places = (tf.strings.as_string(each) for each in (read.rows, tf.range(tf.size(read.rows))))
    of_wanted = tf.where(read.operators == "=", tf.strings.join([rows, "=", read.names]), places)
    distinct, groups = tf.unique(tf.where(wanted, of_wanted, tf.strings.join([rows, "!"])))
    count = tf.size(distinct)
    first = tf.math.unsorted_segment_min(tf.range(tf.size(groups)), groups, count)
    held = sums_by_group(arrays, Terms(read, tf.ones_like(read.amounts), groups), count) > 0
    broken = tf.cast(held != tf.gather(wanted, first)[:, None], tf.int8)
    return tf.math.unsorted_segment_max(broken, tf.gather(read.rows, first), tf.shape(must)[0]) < 1


@traced_once
def boosts(arrays: Arrays, conditions: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """As `ItemAttributes.boosts`."""
    read = conditions_of(arrays, conditions)
    terms = Terms(read, tf.boolean_mask(weights, conditions != ""), tf.cast(read.rows, tf.int32))
    return sums_by_group(arrays, terms, tf.shape(conditions)[0])


@traced_once
def value_codes(arrays: Arrays, indices: tf.Tensor, attribute: tf.Tensor) -> tf.Tensor:
    """As `ItemAttributes.value_codes`."""
    number, known = _number_of(arrays, attribute)
    cells = tf.where(known[:, None], number[:, None] * tf.shape(arrays["numbers"])[1] + indices, 0)
    start, end = (tf.gather(arrays["code_offsets"], cells + step) for step in (0, 1))
    count = tf.where(known[:, None], end - start, 0)
    places = tf.range(tf.reduce_max(tf.pad(tf.reshape(count, [-1]), [[0, 1]])))
    found = places < count[:, :, None]
    codes = tf.gather(arrays["codes"], tf.where(found, start[:, :, None] + places, 0))
    return tf.where(found, codes, -1)


@traced_once
def conditions_of(arrays: Arrays, texts: tf.Tensor) -> Conditions:
    """The conditions [B, C] that are not "", read; refuses what cannot be, and unknown attributes."""
    read = read_conditions(texts)
    number, known = _number_of(arrays, read.names)
    is_number = tf.gather(arrays["kinds"], number) == "number"
    compares = (read.operators != "=") & (read.operators != "!=")
    known &= read.readable
    ok = refuse(
        Check(
            ~read.readable,
            read.texts,
            "{} cannot be read as a condition: write an attribute, one of = != < <= > >=, and a value.",
        ),
        Check(
            ~known & read.readable, read.texts, "{} is about no attribute of this export, which has ", _listed(arrays)
        ),
        Check(known & is_number & ~read.has_amount, read.texts, "{} needs a number or a day, as 2020-01-31."),
        Check(known & ~is_number & compares, read.texts, "{} is about no number: use = or !=."),
    )
    with tf.control_dependencies([ok]):
        return read._replace(attributes=tf.identity(number))


def is_attribute(arrays: Arrays, names: tf.Tensor) -> Check:
    """The check that each of some names, "" apart, is an attribute's."""
    _, known = _number_of(arrays, tf.reshape(names, [-1]))
    known = tf.reshape(known, tf.shape(names)) | (names == "")
    return Check(~known, names, "{} is no attribute of this export, which has ", _listed(arrays))


def _listed(arrays: Arrays) -> tf.Tensor:
    names = tf.strings.reduce_join(arrays["names"], separator=", ")
    return tf.strings.join([tf.where(names == "", "none", names), "."])


def _number_of(arrays: Arrays, names: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Number of each attribute [N] int32, 0 where there is none of the name, and whether there is [N] bool."""
    equal = names[:, None] == arrays["names"]
    places = tf.where(equal, tf.range(tf.shape(equal)[1]), 0)
    return tf.reduce_max(tf.pad(places, [[0, 0], [0, 1]]), axis=1), tf.reduce_any(equal, axis=1)
