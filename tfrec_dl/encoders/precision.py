"""Mixed-precision policy of an encoder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import tensorflow as tf

Precision = Literal["float32", "mixed_bfloat16"]


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Keras layers made within compute in this precision; their weights are float32 always.

    bfloat16 has float32's range, so that gradients need no scaling, as those of float16 would; a layer that adds many
    numbers up, or whose output leaves the encoder, asks for float32 itself. Source: Micikevicius et al., Mixed
    Precision Training, ICLR 2018.

    Args:
        precision: "float32", or "mixed_bfloat16".
    """
    before = tf.keras.mixed_precision.global_policy()
    tf.keras.mixed_precision.set_global_policy(precision)
    try:
        yield
    finally:
        tf.keras.mixed_precision.set_global_policy(before)
