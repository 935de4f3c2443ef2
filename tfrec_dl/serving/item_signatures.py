"""Signatures that answer questions about items: similar items, explanations and descriptions."""

from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.common import MOST, in_common
from tfrec_dl.serving.attributes.shown import ShownColumns
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.leave_out import score_lost
from tfrec_dl.serving.names import DESCRIBE_ITEMS, EXPLAIN, SIMILAR_ITEMS
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.signature import Signature, TensorInfo, ids


class KnowsItems(Protocol):
    """What these signatures need from a `ServingModule`."""

    @property
    def examples(self) -> tuple[str, ...]:
        """Some item ids."""

    @property
    def recommendations(self) -> dict[str, TensorInfo]:
        """Returns the outputs of a signature that recommends."""

    @property
    def reach(self) -> int | None:
        """How many of the last history items can affect a score; None for all."""

    @property
    def attributes(self) -> ItemAttributes:
        """Attributes of the items."""

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps ids to indices of the same shape; "" and unknown ids become 0."""

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns how similar all items are to each of [B] items: [B, size] float32."""

    def scores_of(self, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Returns the scores of items [B, N] after non-empty histories [B, L]: [B, N] float32."""

    def popularity_of(self, items: tf.Tensor) -> tf.Tensor:
        """Returns the scores of items after an empty history, float32 of the same shape."""

    def best(self, scores: tf.Tensor, has_history: tf.Tensor, masked: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the best items, in the form of a signature's answer."""


def similar_items(module: KnowsItems, described: str) -> Signature:
    """Returns the signature `similar_items`.

    Args:
        module: module to export.
        described: a sentence that says what the scores are.
    """

    def answer(item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        items = module.lookup(item_ids)
        is_known = items != PADDING
        scores = tf.where(is_known[:, None], module.similarities(items), LOWEST_SCORE)
        return module.best(scores, tf.ones_like(is_known), items[:, None])

    return Signature(
        SIMILAR_ITEMS,
        f"Gives the items most like each item, without itself; none for unknown ids. {described}",
        {"item_ids": ids("B", sample=module.examples)},
        module.recommendations,
        answer,
    )


def explain(module: KnowsItems) -> Signature:
    """Returns the signature `explain`."""

    def answer(history: tf.Tensor, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        seen, items = module.lookup(history), module.lookup(item_ids)
        is_read = seen != PADDING
        compacted = compact(seen, is_read, None)
        scores = module.scores_of(compacted, items)
        lost = score_lost(module.scores_of, compacted, items, scores, module.reach)
        has_history, is_known = tf.reduce_any(is_read, axis=1), items != PADDING
        scores = tf.where(has_history[:, None], scores, module.popularity_of(items))
        # Maps positions in the compacted histories back to positions in the request.
        lost = tf.gather(lost, tf.maximum(tf.cumsum(tf.cast(is_read, tf.int32), axis=1) - 1, 0), batch_dims=1)
        lost = tf.transpose(tf.where(is_read[:, :, None] & is_known[:, None], lost, 0.0), [0, 2, 1])
        common, common_contributions = in_common(module.attributes.read(), seen, items, lost)
        return {
            "scores": tf.where(is_known, scores, LOWEST_SCORE),
            "contributions": lost,
            "in_common": common,
            "in_common_contributions": common_contributions,
        }

    places = {"B": None, "N": None}
    values = {**places, "V": MOST}
    return Signature(
        EXPLAIN,
        "Says how much each item of the history speaks for each of `item_ids`: what the score loses without it; and "
        "which categories they share with it.",
        {"history": ids("B", "L", sample=module.examples), "item_ids": ids("B", "N", sample=module.examples)},
        {
            "scores": TensorInfo(tf.float32, places),
            "contributions": TensorInfo(tf.float32, places | {"L": None}),
            "in_common": TensorInfo(tf.string, values),
            "in_common_contributions": TensorInfo(tf.float32, values),
        },
        answer,
    )


def describe_items(module: KnowsItems, shown: ShownColumns) -> Signature:
    """Returns the signature `describe_items` of an export that shows item columns."""
    return Signature(
        DESCRIBE_ITEMS,
        'Gives of each item what answers show of it, as text; "" for unknown ids and where nothing is known.',
        {"item_ids": ids("N", sample=module.examples)},
        shown.infos({"N": None}),
        lambda item_ids: shown.of(module.lookup(item_ids)),
    )
