"""Base class of the package's models, which Keras trains, and runs and exports save and serve."""

from collections.abc import Sequence
from typing import Any, NoReturn

import tensorflow as tf
from tf_keras.src.utils.control_flow_util import GraphOrParentsInXlaContext

from tfrec_dl.errors import InputError
from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.runs.callbacks import check_callbacks, guarded, has_schedule


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class TrainableModel(tf.keras.Model):
    """A model for `compile` and `fit`; unsupported Keras features are rejected with a remedy.

    Its weights are created in the constructor. A subclass declares this at the end of its constructor with `self.built
    = True`, so that `summary` and `count_params` work at once.

    Raises:
        InputError: as in `require_float32`.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        require_float32()
        super().__init__(*arguments, **options)

    def compile(self, *arguments: Any, **options: Any) -> None:
        """Compiles the model as in Keras.

        Raises:
            InputError: if `jit_compile` is set, because the number of targets varies between batches, and XLA pads
                them.
        """
        _refuse_xla(options.get("jit_compile"))
        super().compile(*arguments, **options)

    @property
    def jit_compile(self) -> bool | None:
        """Not set; setting it raises InputError, as in `compile`."""
        compiled: bool | None = self._jit_compile
        return compiled

    @jit_compile.setter
    def jit_compile(self, value: bool | None) -> None:
        _refuse_xla(value)
        self._jit_compile = value

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Sequence[tf.keras.callbacks.Callback] | None = None,
        **options: Any,
    ) -> tf.keras.callbacks.History:
        """Trains the model as in Keras.

        Raises:
            InputError: as in `check_callbacks`, or if a callback has set the learning rate of a schedule.
        """
        if isinstance(callbacks, Sequence):
            scheduled = has_schedule(self.optimizer)
            check_callbacks(callbacks, scheduled)
            callbacks = guarded(callbacks) if scheduled else callbacks
        return super().fit(x, y, batch_size, epochs, verbose, callbacks, **options)

    def refuse_xla(self) -> None:
        """Raises InputError inside a graph that XLA compiles, such as that of `tf.function(jit_compile=True)`."""
        _refuse_xla(GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()))

    def get_config(self) -> NoReturn:
        """Raises InputError: a Keras configuration cannot hold a vocabulary and other values learned from data."""
        raise InputError(_cannot(self, "configured or copied"))

    def save(self, filepath: Any, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: see `get_config`."""
        raise InputError(_cannot(self, f"saved to {str(filepath)!r}"))


def _cannot(model: TrainableModel, what: str) -> str:
    return (
        f"{type(model).__name__} cannot be {what} by Keras, which could not load it: train into a run "
        "(tfrec_dl.train) or export it (tfrec_dl.export); or call save_weights, and load_weights on a model that is "
        "built in the same way."
    )


def _refuse_xla(jit_compile: bool | None) -> None:
    if jit_compile:
        raise InputError(
            "jit_compile is True, but the number of targets varies from batch to batch, and XLA compiles for fixed "
            "shapes: leave it out."
        )
