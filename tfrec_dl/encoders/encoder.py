"""Base class and registry of encoders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


class Encoder(ABC):
    """A network that turns the embedded items of a history into one state per position.

    A part is a frozen dataclass of its settings, registered under a name. To add one, add a file:

        @register("mean")
        @configuration
        class Mean(Encoder):
            units: int = 64

            def states(self, embedded):
                return tf.keras.layers.Dense(self.units)(CausalMean()(embedded))

    Attributes:
        name: registered name; `register` sets it.
        source: the paper, as shown in lists of recipes.
        has_recipe: whether a recipe of this name is created, with the default settings.
        blocks: residual blocks that the recipe wraps around it; 0 where the paper's network has another shape.
        place: sort position among the package's own encoders, ascending; those of plugins follow.
    """

    name: ClassVar[str]
    source: ClassVar[str] = ""
    has_recipe: ClassVar[bool] = True
    blocks: ClassVar[int] = 0
    place: ClassVar[int] = 1000

    @abstractmethod
    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Builds the network with Keras layers.

        Args:
            embedded: Keras tensor [B, L, E], the vectors of a history's items; zeros where it is padded on the right.

        Returns:
            States [B, L, units] of any width; the state of a position predicts what comes after it.
        """

    def is_causal(self) -> bool:
        """Whether a state depends only on its own and earlier items; True by default.

        Training predicts the next item at every position, so an encoder that sees later items cannot be used.
        `build_model` refuses one that returns False.
        """
        return True

    def reads_history(self) -> bool:
        """Whether the encoder reads the items at all; True by default. If it does not, it needs the users' features."""
        return True

    def hidden_activations(self, length: int) -> int:
        """Counts the numbers per position kept for the gradient, beyond the outputs of the Keras layers; 0 by default.

        The memory estimate adds them to the outputs of the Keras layers, which it counts itself. An attention over
        `length` items would return `heads * length`.

        Args:
            length: items in a history.
        """
        return 0


ENCODERS: Registry[Encoder] = Registry("encoder", "tfrec_dl.encoders", order=lambda cls: (cls.place, cls.__module__))
"""The encoders, by name."""
