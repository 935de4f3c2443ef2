"""Signatures for lists by rules: after a history, or of items similar to an item."""

from collections.abc import Mapping
from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.names import RECOMMEND_WITH_RULES, SIMILAR_ITEMS_WITH_RULES
from tfrec_dl.serving.rules.by_rules import Answering, ByRules
from tfrec_dl.serving.rules.inputs import rule_inputs
from tfrec_dl.serving.signature import Signature, TensorInfo, ids

DIVERSITY, AT_MOST = 0.3, 3  # values of these rules in the examples


class Recommending(Answering, Protocol):
    """What these signatures need from a module."""

    by_rules: ByRules

    @property
    def examples(self) -> tuple[str, ...]:
        """Some item ids."""

    @property
    def recommendations(self) -> dict[str, TensorInfo]:
        """Returns the outputs of a signature that recommends."""

    def scores_or_popularity(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns scores after histories [B, L] int32, or the popularity for histories without items: [B, size]."""

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns how similar all items are to each of [B] items: [B, size] float32."""


def rules_signatures(module: Recommending) -> list[Signature]:
    """Returns the signatures of a module."""
    rules = inputs_of_rules(module)
    of_similar = {name: info for name, info in rules.items() if name != "keep_seen"}
    return [
        Signature(
            RECOMMEND_WITH_RULES,
            "Recommends by the rules of each request: what may be recommended, what is preferred, how varied the list "
            "is.",
            {"history": ids("B", "L", sample=module.examples), **rules},
            module.recommendations,
            lambda history, **rules: recommend_with_rules(module, history, rules),
        ),
        Signature(
            SIMILAR_ITEMS_WITH_RULES,
            "Gives the items most like each item, without itself, by the rules of each request.",
            {"item_ids": ids("B", sample=module.examples), **of_similar},
            module.recommendations,
            lambda item_ids, **rules: similar_items_with_rules(module, item_ids, rules),
        ),
    ]


def inputs_of_rules(module: Recommending) -> dict[str, TensorInfo]:
    """Returns the rule inputs, with examples for a module."""
    names = module.attributes.names
    diversity = DIVERSITY if module.item_vectors(tf.zeros([1, 1], tf.int32)) is not None else 0.0
    return rule_inputs(module.examples, diversity, f"{names[0]}={AT_MOST}" if names else "")


@tf.autograph.experimental.do_not_convert  # saves a third of the tracing time
def recommend_with_rules(
    module: Recommending, history: tf.Tensor, rules: Mapping[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Returns the best items after histories, by rules.

    Args:
        module: module that recommends.
        history: [B, L] ids.
        rules: inputs named like the fields of `RuleTensors`.
    """
    request = module.by_rules.read(rules)
    with tf.control_dependencies(tf.nest.flatten(request)):  # unreadable inputs are rejected before any work
        seen = module.lookup(history)
    return module.by_rules.answer(module.scores_or_popularity(seen), seen, request)


@tf.autograph.experimental.do_not_convert
def similar_items_with_rules(
    module: Recommending, item_ids: tf.Tensor, rules: Mapping[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Returns the items most similar to other items, by rules; empty for unknown items.

    Args:
        module: module that knows which items are similar.
        item_ids: [B] ids.
        rules: inputs named like the fields of `RuleTensors`, except `keep_seen`: an item is never similar to itself.
    """
    request = module.by_rules.read({**rules, "keep_seen": tf.fill(tf.shape(item_ids), "no")})
    with tf.control_dependencies(tf.nest.flatten(request)):
        items = module.lookup(item_ids)
    is_unknown = items == PADDING
    nothing = tf.where(is_unknown, float("inf"), request.min_score)
    request = request._replace(min_score=nothing, asks=request.asks | tf.reduce_any(is_unknown))
    return module.by_rules.answer(module.similarities(items), items[:, None], request)
