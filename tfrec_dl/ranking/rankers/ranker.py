"""Base class of rankers and their registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.registry import Registry


class Ranker(ABC):
    """A network that turns an impression's fields into one vector, from which each head computes its logit.

    A subclass is a `@configuration` whose fields are its settings, registered under a name:

        @ranking.rankers.register("two_layers")
        @configuration
        class TwoLayers(Ranker):
            source: ClassVar[str] = "Doe, 2026"
            units: int = 32

            def representation(self, fields): ...

    This also creates the recipe of the same name, so every setting needs a default.

    Attributes:
        name: name under which it is registered.
        source: the paper.
    """

    name: ClassVar[str]
    source: ClassVar[str] = ""

    @abstractmethod
    def representation(self, fields: Fields) -> tf.Tensor:
        """Adds the network to a functional graph.

        Args:
            fields: fields of the impressions.

        Returns:
            [R, D] float32.
        """

    @classmethod
    def recipe_settings(cls) -> Mapping[str, Any]:
        """Returns the settings in which its recipe is not the usual one, as for `with_settings`; by default none."""
        return {}


RANKERS: Registry[Ranker] = Registry("ranker", "tfrec_dl.ranking.rankers")
