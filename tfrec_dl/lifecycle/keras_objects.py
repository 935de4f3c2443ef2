"""The classes that Keras needs to load a saved encoder, tower or network."""

import importlib
import pkgutil

import tensorflow as tf

ROOMS = (
    "layers",
    "runs",
    "encoders",
    "features",
    "losses",
    "retrieval",
    "ranking",
    "reviews",
    "adversarial",
    "stacking",
)


def keras_objects() -> dict[str, type]:
    """Imports every layer, initialiser, loss, optimiser and model of the package, so that Keras finds it.

    `model.encoder.save("encoder.keras")` is read in another process by
    `tf.keras.models.load_model("encoder.keras", custom_objects=keras_objects())`.

    Returns:
        Name -> class, under the names that the formats of Keras's ask for.
    """
    for room in ROOMS:
        package = importlib.import_module(f"tfrec_dl.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    registered = tf.keras.utils.get_custom_objects()
    own = {name: found for name, found in registered.items() if name.startswith("tfrec_dl>")}
    return own | {found.__name__: found for found in own.values()}
