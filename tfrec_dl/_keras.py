"""Selects Keras 2 (tf_keras) before TensorFlow resolves `tf.keras`; the only file that deals with legacy Keras.

TensorFlow Recommenders 0.7.7 raises ImportError under Keras 3, and Keras 3 has no ParameterServerStrategy.
"""

import os
import sys

REMEDY = "set TF_USE_LEGACY_KERAS=1 in the environment, or `import tfrec_dl` before anything touches `tf.keras`"


def select_keras_2() -> None:
    """Makes `tf.keras` resolve to Keras 2.

    Raises:
        ImportError: if `tf.keras` has already resolved to Keras 3 in this process, or the environment requests Keras 3.
    """
    chosen = os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    if chosen.lower() not in ("1", "true"):
        raise ImportError(f"tfrec_dl needs Keras 2, but TF_USE_LEGACY_KERAS is {chosen!r}: {REMEDY}.")
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        version = getattr(tf.keras, "__version__", "2")  # tf_keras's module has none
        if version.startswith("3."):
            raise ImportError(f"tfrec_dl needs Keras 2, but tf.keras is already Keras {version}: {REMEDY}.")
