"""Attributes of a catalogue's items inside a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.attributes.compact import compact_arrays
from tfrec_dl.serving.attributes.conditions import Conditions, read_conditions
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
        self.description = ", ".join(f"{name} ({kind})" for name, kind in columns.kinds.items()) or "none"
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
        wanted, unwanted = self._read(must), self._read(must_not)
        batch = tf.shape(must, tf.int64)[0]
        # Alternatives are one group, every other condition is a group of its own.
        rows, places = (tf.strings.as_string(each) for each in (wanted.rows, tf.range(tf.size(wanted.rows))))
        alternatives = tf.strings.join([rows, "=", wanted.names])
        keys = tf.where(wanted.operators == "=", alternatives, places)
        distinct, groups = tf.unique(keys)
        count = tf.size(distinct)
        held = tf.math.unsorted_segment_max(self._hold(wanted), groups, count)
        row_of_group = tf.math.unsorted_segment_max(wanted.rows, groups, count)
        all_hold = tf.math.unsorted_segment_min(held, row_of_group, batch) > 0  # without conditions the largest number
        none_holds = tf.math.unsorted_segment_max(self._hold(unwanted), unwanted.rows, batch) <= 0
        return all_hold & none_holds

    def boosts(self, conditions: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Sums of the weights of the conditions that hold.

        Args:
            conditions: [B, C], "" for none.
            weights: [B, C] float32.

        Returns:
            [B, size] float32.

        Raises:
            InvalidArgumentError: as `allowed`.
        """
        read = self._read(conditions)
        given = tf.boolean_mask(weights, conditions != "")
        weighted = tf.cast(self._hold(read), tf.float32) * given[:, None]
        return tf.math.unsorted_segment_sum(weighted, read.rows, tf.shape(conditions, tf.int64)[0])

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
        return refuse(~known, names, "{} is no attribute of this export: its model card lists them.")

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
        unknown = "{} is about no attribute of this export: its model card lists them."
        compares = (read.operators != "=") & (read.operators != "!=")
        with tf.control_dependencies(
            [
                refuse(~known, read.texts, unknown),
                refuse(known & is_number & ~read.has_amount, read.texts, "{} needs a number or a day, as 2020-01-31."),
                refuse(known & ~is_number & compares, read.texts, "{} is about no number: use = or !=."),
            ]
        ):
            return read._replace(attributes=tf.identity(number))

    def _hold(self, conditions: Conditions) -> tf.Tensor:
        """Whether conditions hold for items: [N, size] int32, 0 or 1; each distinct condition is looked up once."""
        _, places = tf.unique(conditions.texts)
        count = tf.reduce_max(tf.pad(places + 1, [[0, 1]]))
        first = tf.math.unsorted_segment_min(tf.range(tf.size(places)), places, count)
        distinct = Conditions(*(tf.gather(each, first) for each in conditions))
        is_number = tf.gather(self.arrays["kinds"], distinct.attributes) == "number"
        by_number, by_value = (tf.where(kind)[:, 0] for kind in (is_number, ~is_number))
        order = tf.concat([by_number, by_value], axis=0)
        held = tf.concat(
            [
                self._numbers_hold(Conditions(*(tf.gather(each, by_number) for each in distinct))),
                self._values_hold(Conditions(*(tf.gather(each, by_value) for each in distinct))),
            ],
            axis=0,
        )
        return tf.gather(held, tf.gather(tf.math.invert_permutation(order), places))

    def _numbers_hold(self, conditions: Conditions) -> tf.Tensor:
        rows = tf.gather(self.arrays["number_rows"], conditions.attributes)
        values, amounts = tf.gather(self.arrays["numbers"], rows), conditions.amounts[:, None]
        with_less, with_equal, with_more = (
            tf.reduce_any(conditions.operators[:, None] == operators, axis=1, keepdims=True)
            for operators in (["<", "<=", "!="], ["=", "<=", ">="], [">", ">=", "!="])
        )
        holds = (with_less & (values < amounts)) | (with_equal & (values == amounts)) | (with_more & (values > amounts))
        return tf.cast(holds, tf.int32)

    def _values_hold(self, conditions: Conditions) -> tf.Tensor:
        """Of `=` the holders of the value, of `!=` those that have values, and not this one."""
        keys = tf.strings.join([conditions.names, conditions.values], "=")
        hashes = self.arrays["hashes"]
        places = tf.searchsorted(hashes, tf.strings.to_hash_bucket_fast(keys, 2**63 - 1))
        codes = tf.minimum(places, tf.size(hashes) - 1)
        known = tf.gather(self.arrays["texts"], codes) == keys
        offsets = self.arrays["holder_offsets"]
        starts = tf.gather(offsets, codes)
        counts = tf.where(known, tf.gather(offsets, codes + 1) - starts, 0)
        cells = tf.ragged.range(starts, starts + counts)
        holders = tf.gather(self.arrays["holders"], cells.values)
        cells = tf.stack([tf.cast(cells.value_rowids(), tf.int32), holders], axis=1)
        shape = tf.stack([tf.size(codes), self._size])
        held = tf.scatter_nd(cells, tf.ones_like(holders), shape)
        cells = conditions.attributes[:, None] * self._size + tf.range(self._size)
        start, end = (tf.gather(self.arrays["code_offsets"], cells + step) for step in (0, 1))
        others = (end > start) & (held == 0)
        return tf.where((conditions.operators == "=")[:, None], held, tf.cast(others, tf.int32))
