"""Small networks over the fields of impressions, and what to feed them."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.features.fields import Fields

WIDTH, LENGTH = 4, 3


def inputs(features: int = 2, width: int = WIDTH) -> tuple[dict[str, tf.Tensor], Fields]:
    """Keras inputs by name, and the same as fields."""
    named = {name: tf.keras.Input([width], name=name) for name in ("user", "item")}
    named |= {f"feature_{number}": tf.keras.Input([width], name=f"feature_{number}") for number in range(features)}
    named["history"] = tf.keras.Input([None, width], name="history")
    named["mask"] = tf.keras.Input([None], dtype=tf.bool, name="mask")
    others = tuple(named[f"feature_{number}"] for number in range(features))
    return named, Fields(named["user"], named["item"], others, named["history"], named["mask"])


def network(build: Callable[[Fields], object], features: int = 2, width: int = WIDTH) -> tf.keras.Model:
    """A model of what is built from fields, with weights that leave nothing out."""
    tf.keras.utils.set_random_seed(0)
    named, fields = inputs(features, width)
    model = tf.keras.Model(named, build(fields))
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(scale=0.7, size=weights.shape) for weights in model.get_weights()])
    return model


def example(rows: int = 5, features: int = 2, width: int = WIDTH, length: int = LENGTH) -> dict[str, tf.Tensor]:
    """What to feed: the first row is a new user's, the second has one past item, the others all."""
    generator = np.random.default_rng(1)
    names = ["user", "item", *(f"feature_{number}" for number in range(features))]
    arrays = {name: generator.normal(size=(rows, width)) for name in names}
    arrays["history"] = generator.normal(size=(rows, length, width))
    held = np.full(rows, length)
    held[:2] = [0, 1]
    mask = np.arange(length) < held[:, None]
    return {name: tf.constant(values, tf.float32) for name, values in arrays.items()} | {"mask": tf.constant(mask)}


def changed(fed: Mapping[str, tf.Tensor], **values: tf.Tensor) -> dict[str, tf.Tensor]:
    """The same with some inputs replaced."""
    return {**fed, **values}
