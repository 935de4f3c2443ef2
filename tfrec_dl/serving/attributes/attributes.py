"""Attributes of a catalogue's items inside a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.serving.attributes import questions
from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.attributes.compact import compact_arrays
from tfrec_dl.serving.attributes.terms import Arrays, boosts_of_all, fulfilled_by_all


class ItemAttributes(tf.Module):
    """Categories and numbers of items, and the evaluation of conditions on them.

    A condition is a text: `genres=War`, `genres!=War`, `year>=1990`, `price<20`, `released>2020-01-31` (dates are days
    since 1970). For an item with several values, `=` holds if one of them matches, and `!=` if none does. For an item
    without a value, no condition holds. All data is in variables of any length, so that an export can be given new
    values.

    Args:
        columns: attributes of items, by index.

    Attributes:
        names: names of the attributes.
        description: names and kinds in words.
        arrays: the arrays of `compact_arrays`, as variables.
        contents: function that returns the arrays; also works in a loaded export.
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
        """Returns which items satisfy the conditions of requests.

        Args:
            must: [B, M] conditions, "" for none. All must hold, except that several with `=` on one attribute are
                alternatives.
            must_not: [B, X] conditions, "" for none. None may hold.

        Returns:
            [B, size] bool.

        Raises:
            InvalidArgumentError: if an attribute is unknown or a condition cannot be read; names it.
        """
        arrays, nothing = self.read(), must[:, :0]
        terms = questions.terms(arrays, must, must_not, nothing, tf.zeros(tf.shape(nothing)))
        return tf.ensure_shape(fulfilled_by_all(arrays, terms, tf.shape(must)[0]), [None, self._size])

    def boosts(self, conditions: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Returns the summed weights of the conditions that hold.

        Args:
            conditions: [B, C], "" for none.
            weights: [B, C] float32, finite where there is a condition.

        Returns:
            [B, size] float32.

        Raises:
            InvalidArgumentError: as in `allowed`.
        """
        arrays, nothing = self.read(), conditions[:, :0]
        terms = questions.terms(arrays, nothing, nothing, conditions, weights)
        return tf.ensure_shape(boosts_of_all(arrays, terms, tf.shape(conditions)[0]), [None, self._size])

    def value_codes(self, indices: tf.Tensor, attribute: tf.Tensor) -> tf.Tensor:
        """Returns numeric codes for an attribute's values; equal values have equal codes.

        Args:
            indices: [R, N] int32 items.
            attribute: [R] names; "" and unknown names have no values.

        Returns:
            [R, N, W] int32, -1 where an item has fewer than W values.
        """
        return questions.value_codes(self.read(), indices, attribute)

    def read(self) -> Arrays:
        """Returns the current arrays."""
        return {name: tf.convert_to_tensor(value) for name, value in self.arrays.items()}
