"""The features of impressions, prepared: for a whole table beforehand, for a request in the graph."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.feature_kinds import Kind
from tfrec_dl.towers.content import Content, prepare
from tfrec_dl.towers.content import preparation as build_preparation
from tfrec_dl.towers.list_relative import list_relative_kinds, with_list_relative


class ImpressionFeatures:
    """What no training changes: a plain object, so that Keras puts none of it into checkpoints.

    Where impressions are shown in lists, every number brings two more features: its rank and its distance in the list.

    Args:
        content: what reads each kind of feature.
        learned: training impressions as of `described`, to learn categories, means and buckets from.
        kinds: raw feature -> kind.

    Attributes:
        learned: as given.
        kinds: as given.
        preparation: functional model, features {name: [R, ...]} as of `described` -> prepared features.
    """

    def __init__(self, content: Content, learned: Catalogue, kinds: Mapping[str, Kind]) -> None:
        self.learned = learned
        self.kinds = dict(kinds)
        self.preparation = build_preparation(content, learned)

    @property
    def in_lists(self) -> bool:
        """Whether there are features that compare an impression with its list."""
        return len(self.learned.kinds) > len(self.kinds)

    def table(self, context: Catalogue, lists: np.ndarray) -> dict[str, np.ndarray]:
        """Prepared features {name: [n, ...]} of a table's impressions; rows of a list need not be together."""
        return prepare(self.preparation, described(context, lists, self.in_lists).columns)

    def rows(self, raw: Mapping[str, tf.Tensor], lists: tf.Tensor) -> dict[str, tf.Tensor]:
        """Prepared features {name: [R, ...]} of raw ones, in the graph; `lists` [R] int32, ascending."""
        found = with_list_relative(raw, self.kinds, lists) if self.in_lists else dict(raw)
        prepared: dict[str, tf.Tensor] = self.preparation(found, training=False)
        return prepared


def described(context: Catalogue, lists: np.ndarray, in_lists: bool) -> Catalogue:
    """The context, with what compares each impression with its list if there are lists.

    Args:
        context: one row an impression.
        lists: [n] int32.
        in_lists: whether impressions are shown in lists.
    """
    if not in_lists:
        return context
    order = np.argsort(lists, kind="stable")
    numbers = {name: context.columns[name][order] for name, kind in context.kinds.items() if kind == "number"}
    compared = with_list_relative(numbers, dict.fromkeys(numbers, "number"), tf.constant(lists[order]))
    columns = dict(context.columns)
    for name in compared.keys() - numbers.keys():
        columns[name] = np.empty(len(context), dtype=np.float32)
        columns[name][order] = compared[name].numpy()
    kinds = list_relative_kinds(context.kinds)
    return replace(context, kinds=kinds, columns={name: columns[name] for name in kinds})
