"""Attributes of a catalogue's items inside a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.attributes.compact import compact_arrays
from tfrec_dl.serving.attributes.conditions import Conditions, read_conditions
from tfrec_dl.serving.attributes.sums import Terms, sums_by_group
from tfrec_dl.serving.refusals import refuse


class ItemAttributes(tf.Module):
    """Categories and numbers of items, and the conditions on them.

    A condition is a text: `genres=War`, `genres!=War`, `year>=1990`, `price<20`, `released>2020-01-31` (dates are days
    since 1970). Of an item with several values `=` holds where one of them is the named one, `!=` where none is; for an
    item without a value no condition holds. All is in variables of any length: an export can be given other values.

    Args:
        columns: what is known of items, by index.

    Attributes:
        names: of the attributes.
        description: names and kinds in words.
        arrays: those of `compact_arrays`, as variables.
        contents: gives them, of an export that was loaded too.
    """

    def __init__(self, columns: AttributeColumns) -> None:
        super().__init__(name="item_attributes")
        self.names = tuple(columns.kinds)
        self._size = columns.size
        self.description = columns.description
        self.arrays = {
            name: tf.Variable(value, trainable=False, shape=tf.TensorShape([None] * value.ndim), name=name)
            for name, value in compact_arrays(columns).items()
        }
        self.contents = tf.function(lambda: dict(self.arrays), input_signature=[])

    def allowed(self, must: tf.Tensor, must_not: tf.Tensor) -> tf.Tensor:
        """Which items fulfil the conditions of requests.

        Args:
            must: [B, M] conditions, "" for none. All hold, but those with `=` on one attribute are alternatives.
            must_not: [B, X] conditions, "" for none. None holds.

        Returns:
            [B, size] bool.

        Raises:
            InvalidArgumentError: for an unknown attribute, or a condition that cannot be read; names it.
        """
        both = tf.concat([must, must_not], axis=1)
        read, wanted = self._read(both), tf.where(both != "")[:, 1] < tf.shape(must, tf.int64)[1]
        # Alternatives are one group, as is what must not hold; every other condition is a group of its own.
        rows, places = (tf.strings.as_string(each) for each in (read.rows, tf.range(tf.size(read.rows))))
        of_wanted = tf.where(read.operators == "=", tf.strings.join([rows, "=", read.names]), places)
        distinct, groups = tf.unique(tf.where(wanted, of_wanted, tf.strings.join([rows, "!"])))
        count = tf.size(distinct)
        first = tf.math.unsorted_segment_min(tf.range(tf.size(groups)), groups, count)
        held = sums_by_group(self.arrays, Terms(read, tf.ones_like(read.amounts), groups), count, self._size) > 0
        broken = tf.cast(held != tf.gather(wanted, first)[:, None], tf.float32)
        return tf.matmul(tf.one_hot(tf.gather(read.rows, first), tf.shape(must)[0], axis=0), broken) == 0

    def boosts(self, conditions: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Sums of the weights of the conditions that hold.

        Args:
            conditions: [B, C], "" for none.
            weights: [B, C] float32, finite where there is a condition.

        Returns:
            [B, size] float32.

        Raises:
            InvalidArgumentError: as `allowed`.
        """
        read = self._read(conditions)
        terms = Terms(read, tf.boolean_mask(weights, conditions != ""), tf.cast(read.rows, tf.int32))
        return sums_by_group(self.arrays, terms, tf.shape(conditions)[0], self._size)

    def value_codes(self, indices: tf.Tensor, attribute: tf.Tensor) -> tf.Tensor:
        """Numbers that stand for an attribute's values: equal ones for equal values.

        Args:
            indices: [R, N] int32 items.
            attribute: [R] names; "" and unknown ones have no values.

        Returns:
            [R, N, W] int32, -1 where an item has fewer than W values.
        """
        number, known = self._number_of(attribute)
        cells = tf.where(known[:, None], number[:, None] * self._size + indices, 0)
        start, end = (tf.gather(self.arrays["code_offsets"], cells + step) for step in (0, 1))
        count = tf.where(known[:, None], end - start, 0)
        places = tf.range(tf.reduce_max(tf.pad(tf.reshape(count, [-1]), [[0, 1]])))
        found = places < count[:, :, None]
        codes = tf.gather(self.arrays["codes"], tf.where(found, start[:, :, None] + places, 0))
        return tf.where(found, codes, -1)

    def check_names(self, names: tf.Tensor) -> tf.Operation:
        """An operation that refuses names, "" apart, that no attribute has."""
        _, known = self._number_of(tf.reshape(names, [-1]))
        known = tf.reshape(known, tf.shape(names)) | (names == "")
        return refuse(~known, names, "{} is no attribute of this export, which has ", self._listed())

    def _listed(self) -> tf.Tensor:
        names = tf.strings.reduce_join(self.arrays["names"], separator=", ")
        return tf.strings.join([tf.where(names == "", "none", names), "."])

    def _number_of(self, names: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Number of each attribute [N] int32, 0 where there is none of the name, and whether there is [N] bool."""
        equal = names[:, None] == self.arrays["names"]
        places = tf.where(equal, tf.range(tf.shape(equal)[1]), 0)
        return tf.reduce_max(tf.pad(places, [[0, 0], [0, 1]]), axis=1), tf.reduce_any(equal, axis=1)

    def _read(self, conditions: tf.Tensor) -> Conditions:
        """The conditions that are given, read; refuses what cannot be."""
        read = read_conditions(conditions)
        number, known = self._number_of(read.names)
        is_number = tf.gather(self.arrays["kinds"], number) == "number"
        unknown = "{} is about no attribute of this export, which has "
        compares = (read.operators != "=") & (read.operators != "!=")
        with tf.control_dependencies(
            [
                refuse(~known, read.texts, unknown, self._listed()),
                refuse(known & is_number & ~read.has_amount, read.texts, "{} needs a number or a day, as 2020-01-31."),
                refuse(known & ~is_number & compares, read.texts, "{} is about no number: use = or !=."),
            ]
        ):
            return read._replace(attributes=tf.identity(number))
