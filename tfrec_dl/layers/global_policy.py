"""Keras's global precision, which our models do not follow."""

import tensorflow as tf

from tfrec_dl.errors import InputError


def require_float32() -> None:
    """Refuses a global mixed-precision policy, and floats of another width by default, before a layer is made.

    Layers would take it over one by one, while losses, scores and exports are float32.

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
