"""Base class and registry of encoders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


class Encoder(ABC):
    """A network from the embedded items of a history to one state a position.

    A part is a frozen dataclass of its settings, registered under a name; one more file is all that it takes:

        @register("mean")
        @configuration
        class Mean(Encoder):
            units: int = 64

            def states(self, embedded):
                return tf.keras.layers.Dense(self.units)(CausalMean()(embedded))

    Attributes:
        name: under which it is registered; `register` sets it.
        source: the paper, as in lists of recipes.
        has_recipe: whether there is a recipe of its name, with its defaults.
        blocks: residual blocks that its recipe puts it into; 0 where its paper has another shape.
        place: among the encoders of the package, ascending; those of plugins follow.
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
            embedded: Keras tensor [B, L, E], vectors of a history's items, zeros where it is padded on the right.

        Returns:
            States [B, L, units] of any width; that of a position predicts what comes after it.
        """

    def is_causal(self) -> bool:
        """Whether a state knows nothing of later items; by default True.

        Training asks every position for its next item, and so takes no encoder that sees it: `build_model` refuses one
        that returns False.
        """
        return True

    def reads_history(self) -> bool:
        """Whether it reads the items at all; by default True. One that does not needs the users' features."""
        return True

    def hidden_activations(self, length: int) -> int:
        """Numbers a position that are kept for the gradient beyond the outputs of its Keras layers; by default 0.

        An estimate of what a training takes adds them to the outputs, which it counts itself; an attention over
        `length` items would return `heads * length`.

        Args:
            length: items of a history.
        """
        return 0


ENCODERS: Registry[Encoder] = Registry("encoder", "tfrec_dl.encoders", order=lambda cls: (cls.place, cls.__module__))
"""The encoders by name."""
