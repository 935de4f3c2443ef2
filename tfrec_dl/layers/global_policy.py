"""Checks Keras's global precision, which our models do not support."""

import tensorflow as tf

from tfrec_dl.errors import InputError


def require_float32() -> None:
    """Refuses a global mixed-precision policy, or a default float type other than float32, before a layer is created.

    The layers would adopt it one by one, while losses, scores and exports are float32.

    Raises:
        InputError: if Keras's global policy or its `floatx` is not "float32".
    """
    policy, floatx = tf.keras.mixed_precision.global_policy().name, tf.keras.backend.floatx()
    for found, remedy in (
        (policy, "tf.keras.mixed_precision.set_global_policy('float32')"),
        (floatx, "tf.keras.backend.set_floatx('float32')"),
    ):
        if found != "float32":
            raise InputError(
                f"Keras's global precision is {found!r}, which models of tfrec_dl do not follow: call {remedy}, and "
                "for mixed precision give the setting precision=mixed_bfloat16 (--set precision=mixed_bfloat16)."
            )
