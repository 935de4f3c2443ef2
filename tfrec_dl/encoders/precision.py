"""Mixed-precision policy of an encoder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import tensorflow as tf

Precision = Literal["float32", "mixed_bfloat16"]


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Makes the Keras layers created inside the block compute in this precision; their weights stay float32.

    bfloat16 has the range of float32, so gradients need no scaling, as those of float16 would. A layer that sums
    many numbers, or whose output leaves the encoder, requests float32 itself. Source: Micikevicius et al., Mixed
    Precision Training, ICLR 2018.

    Args:
        precision: "float32" or "mixed_bfloat16".
    """
    before = tf.keras.mixed_precision.global_policy()
    tf.keras.mixed_precision.set_global_policy(precision)
    try:
        yield
    finally:
        tf.keras.mixed_precision.set_global_policy(before)
