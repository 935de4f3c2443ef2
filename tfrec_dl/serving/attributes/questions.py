"""Questions about items' attributes, as functions inside a TensorFlow graph.

Each is traced once in a process, for any export: tracing takes most of the time of an export.
"""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.serving.attributes.conditions import Conditions, read_conditions
from tfrec_dl.serving.attributes.terms import Arrays, Terms, terms_of
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.refusals import Check, refuse


@traced_once
def terms(arrays: Arrays, must: tf.Tensor, must_not: tf.Tensor, boost: tf.Tensor, weights: tf.Tensor) -> Terms:
    """The conditions of requests [B, M], [B, X] and [B, C], read and looked up; refuses what cannot be read.

    Args:
        arrays: attributes of items.
        must: what must hold, "" for none.
        must_not: what must not.
        boost: what is preferred where it holds.
        weights: [B, C] float32, how much.
    """
    texts = tf.concat([must, must_not, boost], axis=1)
    columns = tf.where(texts != "")[:, 1]
    return terms_of(arrays, conditions_of(arrays, texts), columns, must, must_not, weights)


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
