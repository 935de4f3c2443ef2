"""Base class and registry of sharing between heads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import tensorflow as tf

from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.ranker import Ranker
from tfrec_dl.registry import Registry


class Sharing(ABC):
    """Base class of what the heads of a ranking model have in common.

    A subclass is a `@configuration` whose fields are its settings, registered under a name.

    Attributes:
        name: name under which it is registered.
    """

    name: ClassVar[str]

    @abstractmethod
    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks up to each head's last hidden layer.

        Args:
            fields: fields of the impressions.
            ranker: network to share, or to build several of.
            heads: names of the heads.

        Returns:
            Maps each head to [R, D].
        """


SHARING: Registry[Sharing] = Registry("sharing", "tfrec_dl.ranking.sharing")
