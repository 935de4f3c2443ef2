"""Functions inside a TensorFlow graph that answer questions about item attributes.

Each is traced once per process and shared by all exports, because tracing takes most of the time of an export.
"""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.serving.attributes.conditions import Conditions, read_conditions
from tfrec_dl.serving.attributes.terms import Arrays, Terms, terms_of
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.refusals import Check, refuse


@traced_once
def terms(arrays: Arrays, must: tf.Tensor, must_not: tf.Tensor, boost: tf.Tensor, weights: tf.Tensor) -> Terms:
    """Parses and looks up the conditions of requests [B, M], [B, X] and [B, C]; rejects those that cannot be read.

    Args:
        arrays: attributes of the items.
        must: conditions that must hold, "" for none.
        must_not: conditions that must not hold.
        boost: conditions that are preferred to hold.
        weights: [B, C] float32, weights of the boosts.
    """
    texts = tf.concat([must, must_not, boost], axis=1)
    columns = tf.where(texts != "")[:, 1]
    return terms_of(arrays, conditions_of(arrays, texts), columns, must, must_not, weights)


@traced_once
def value_codes(arrays: Arrays, indices: tf.Tensor, attribute: tf.Tensor) -> tf.Tensor:
    """See `ItemAttributes.value_codes`."""
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
    """Parses the conditions [B, C] that are not ""; rejects unreadable ones and unknown attributes."""
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
            ~known & read.readable,
            read.texts,
            "{} does not name an attribute of this export, which has ",
            _listed(arrays),
        ),
        Check(known & is_number & ~read.has_amount, read.texts, "{} needs a number or a day such as 2020-01-31."),
        Check(known & ~is_number & compares, read.texts, "{} compares an attribute that is not a number: use = or !=."),
    )
    with tf.control_dependencies([ok]):
        return read._replace(attributes=tf.identity(number))


def is_attribute(arrays: Arrays, names: tf.Tensor) -> Check:
    """Returns a check that each name, except "", is the name of an attribute."""
    _, known = _number_of(arrays, tf.reshape(names, [-1]))
    known = tf.reshape(known, tf.shape(names)) | (names == "")
    return Check(~known, names, "{} is not an attribute of this export, which has ", _listed(arrays))


def _listed(arrays: Arrays) -> tf.Tensor:
    names = tf.strings.reduce_join(arrays["names"], separator=", ")
    return tf.strings.join([tf.where(names == "", "none", names), "."])


def _number_of(arrays: Arrays, names: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the number of each attribute [N] int32, 0 if unknown, and whether it is known [N] bool."""
    equal = names[:, None] == arrays["names"]
    places = tf.where(equal, tf.range(tf.shape(equal)[1]), 0)
    return tf.reduce_max(tf.pad(places, [[0, 0], [0, 1]]), axis=1), tf.reduce_any(equal, axis=1)
