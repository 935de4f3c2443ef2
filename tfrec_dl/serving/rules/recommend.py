"""`recommend_with_rules`: recommendations by what a request says of the items that it wants."""

from collections.abc import Mapping
from typing import Protocol

import tensorflow as tf

from tfrec_dl.serving.names import RECOMMEND_WITH_RULES
from tfrec_dl.serving.rules.inputs import rule_inputs
from tfrec_dl.serving.rules.lists import best_list
from tfrec_dl.serving.rules.request import KnowsItems, items_of, read
from tfrec_dl.serving.rules.scores import allowed, preferred
from tfrec_dl.serving.signature import Signature, TensorInfo, ids

DIVERSITY, AT_MOST = 0.3, 3  # of the examples


class Recommending(KnowsItems, Protocol):
    """What a module is asked for."""

    size: int

    @property
    def examples(self) -> tuple[str, ...]:
        """Some ids."""

    @property
    def recommendations(self) -> dict[str, TensorInfo]:
        """The outputs of a signature that recommends."""

    def scores_or_popularity(self, seen: tf.Tensor) -> tf.Tensor:
        """Scores of all items after histories [B, L] int32, where they hold no item the popularity: [B, size]."""

    def answer(self, indices: tf.Tensor, scores: tf.Tensor) -> dict[str, tf.Tensor]:
        """A list as a signature gives it."""


def rules_signature(module: Recommending) -> Signature:
    """The signature of a module."""
    names = module.attributes.names
    diversity = DIVERSITY if module.item_vectors(tf.zeros([1, 1], tf.int32)) is not None else 0.0
    return Signature(
        RECOMMEND_WITH_RULES,
        "Recommends by the rules of each request: what may be recommended, what is preferred, how varied the list is.",
        {
            "history": ids("B", "L", sample=module.examples),
            **rule_inputs(module.examples, diversity, f"{names[0]}={AT_MOST}" if names else ""),
        },
        module.recommendations,
        lambda history, **rules: recommend_with_rules(module, history, rules),
    )


@tf.autograph.experimental.do_not_convert  # a third of the time of tracing
def recommend_with_rules(
    module: Recommending, history: tf.Tensor, rules: Mapping[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """The best items after histories, by rules.

    Args:
        module: recommends.
        history: [B, L] ids.
        rules: as `RuleTensors` names them.
    """
    request = read(module, rules)
    with tf.control_dependencies(tf.nest.flatten(request)):  # what cannot be read is refused before any work
        seen = module.lookup(history)
    scores = allowed(preferred(module.scores_or_popularity(seen), request), request, seen)
    scores = tf.ensure_shape(scores, [None, module.size])  # how the best are found depends on it
    indices = best_list(scores, request.wishes, items_of(module, request.wishes), module.k_max)
    return module.answer(indices, tf.gather(scores, indices, batch_dims=1))
