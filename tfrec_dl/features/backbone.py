"""Reads pictures as vectors with a pre-trained network of `tf.keras.applications`."""

import inspect
from pathlib import Path
from typing import Annotated

import tensorflow as tf
from pydantic import AfterValidator, Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError
from tfrec_dl.features.pictures import Resize, absolute_path, where_present
from tfrec_dl.features.readers import PICTURE_READERS, NothingLearnt, PictureReader
from tfrec_dl.layers.dropout import ResumableDropout


@PICTURE_READERS.register("backbone")
@configuration
class Backbone(PictureReader):
    """A network of `tf.keras.applications`, with given weights or trained from scratch.

    With weights, its features are fixed and computed once per picture. Without weights, it is trained with the
    recommender from random initial weights, which needs many pictures and a GPU.

    Attributes:
        application: name of the model function, for example "MobileNetV2".
        weights: path of its weights without the top (a Keras weights file), which is not copied into a run's folder:
            opening the run needs the file too. None starts from random weights.
        size: height and width in pixels that pictures are resized to, as the network requires.
        dropout: share of the features set to zero in training.
    """

    application: str = "MobileNetV2"
    weights: Annotated[str, AfterValidator(absolute_path)] | None = None
    size: tuple[PositiveInt, PositiveInt] = (96, 96)
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def preparation(self, state: NothingLearnt) -> tf.keras.layers.Layer:
        """Layer, pictures [N, H, W, 3] uint8 -> features [N, F] float32; without weights as in `ImageCNN`.

        Raises:
            InputError: if there is no such application, or the weights cannot be read.
        """
        resize = Resize(self.size)
        if self.weights is None:
            return resize
        inputs = tf.keras.Input([None, None, 3], dtype=tf.uint8)
        resized = resize(inputs)
        return tf.keras.Model(inputs, where_present(self._features(resized), resized), name=self.application.lower())

    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """What the preparation gives -> [N, F] float32."""
        vector = prepared if self.weights is not None else where_present(self._features(prepared), prepared)
        return ResumableDropout(self.dropout)(vector) if self.dropout else vector

    def _features(self, pictures: tf.Tensor) -> tf.Tensor:
        function, _ = _application(self.application)
        if self.weights is not None and not Path(self.weights).is_file():
            raise InputError(f"weights of {self.application}: no file {self.weights!r}; give its path, or None.")
        try:
            network = function(include_top=False, weights=self.weights, input_shape=(*self.size, 3), pooling="avg")
        except Exception as error:  # a damaged file can raise any exception
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise InputError(f"{self.application} cannot be built with weights {self.weights!r}: {reason}") from error
        network.trainable = self.weights is None
        values = Preprocessing(self.application)(pictures)
        return network(values)


def _application(name: str) -> tuple:
    """Returns the model function of `tf.keras.applications` and its module's preprocessing."""
    function = getattr(tf.keras.applications, name, None)
    for module in vars(tf.keras.applications).values():
        if inspect.ismodule(module) and getattr(module, name, None) is function and callable(function):
            return function, module.preprocess_input
    raise InputError(f"tf.keras.applications has no {name!r}: name one of its model functions, such as 'MobileNetV2'.")


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Preprocessing(tf.keras.layers.Layer):
    """Converts pixels to the input of a network of `tf.keras.applications`.

    Args:
        application: name of its model function.
    """

    def __init__(self, application: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.application = application

    def call(self, pictures: tf.Tensor) -> tf.Tensor:
        """[N, H, W, 3] uint8 -> [N, H, W, 3] float32."""
        _, preprocess = _application(self.application)
        return preprocess(tf.cast(pictures, tf.float32))

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "application": self.application}
