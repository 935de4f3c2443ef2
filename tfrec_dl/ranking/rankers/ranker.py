"""The base class of rankers and their registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.registry import Registry


class Ranker(ABC):
    """A network from an impression's fields to one vector, from which each head reads its logit.

    A subclass is a `@configuration` whose fields are its settings, registered under a name:

        @ranking.rankers.register("two_layers")
        @configuration
        class TwoLayers(Ranker):
            source: ClassVar[str] = "Doe, 2026"
            units: int = 32

            def representation(self, fields): ...

    That makes the recipe of the same name too. It needs a default for every setting.

    Attributes:
        name: as registered.
        source: the paper.
    """

    name: ClassVar[str]
    source: ClassVar[str] = ""

    @abstractmethod
    def representation(self, fields: Fields) -> tf.Tensor:
        """Adds the network to a functional graph.

        Args:
            fields: of the impressions.

        Returns:
            [R, D] float32.
        """

    @classmethod
    def recipe_settings(cls) -> Mapping[str, Any]:
        """Settings of its recipe that are not the usual ones, as `with_settings` takes them; default none."""
        return {}


RANKERS: Registry[Ranker] = Registry("ranker", "tfrec_dl.ranking.rankers")
