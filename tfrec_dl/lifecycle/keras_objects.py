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
    """Imports every layer, initializer, loss, optimizer and model of the package, so that Keras finds them.

    After `model.encoder.save("encoder.keras")`, another process reads the file with
    `tf.keras.models.load_model("encoder.keras", custom_objects=keras_objects())`.

    Returns:
        Maps the names that Keras's file formats use to classes.
    """
    for room in ROOMS:
        package = importlib.import_module(f"tfrec_dl.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    registered = tf.keras.utils.get_custom_objects()
    own = {name: found for name, found in registered.items() if name.startswith("tfrec_dl>")}
    return own | {found.__name__: found for found in own.values()}
