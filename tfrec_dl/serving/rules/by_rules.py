"""Lists by rules, in graphs that a module's signatures share, because tracing takes most of the time of an export."""

from collections.abc import Mapping
from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.graphs import called_cond, traced_once
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.inputs import RuleTensors
from tfrec_dl.serving.rules.lists import best_list
from tfrec_dl.serving.rules.request import KnowsItems, RuledRequest, items_of, read
from tfrec_dl.serving.rules.scores import allowed, deviations, kept_out, preferred
from tfrec_dl.serving.rules.shortlist import LARGE, Shortlisted, is_likely_short, none_found, shortlisted
from tfrec_dl.serving.rules.wishes import Wishes


class Answering(KnowsItems, Protocol):
    """What lists by rules need from a module."""

    size: int

    def answer(self, indices: tf.Tensor, scores: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a list in the form of a signature's answer."""


class ByRules:
    """Makes lists by rules for one module.

    Args:
        module: module that knows the items.
    """

    def __init__(self, module: Answering) -> None:
        self._module = module
        self._read = traced_once(lambda rules, k_max: read(module, rules, k_max))
        self._pick = traced_once(
            lambda scores, wishes: best_list(scores, wishes, items_of(module, wishes), module.k_max)
        )
        self._by_rules = traced_once(self._list_by_rules)

    def read(self, inputs: Mapping[str, tf.Tensor], k_max: int | None = None) -> RuledRequest:
        """Reads the inputs of requests; rejects those that cannot be read.

        Args:
            inputs: inputs named like the fields of `RuleTensors`.
            k_max: upper limit for `k`; None for the module's own.
        """
        most = self._module.k_max if k_max is None else k_max
        request: RuledRequest = self._read({name: inputs[name] for name in RuleTensors._fields}, tf.constant(most))
        return request

    def pick(self, scores: tf.Tensor, wishes: Wishes) -> tf.Tensor:
        """Does the same as `best_list` for the module's items and its `k_max`."""
        # The search for the best depends on the number of items, which graphs shared between exports do not know.
        indices: tf.Tensor = self._pick(tf.ensure_shape(scores, [None, self._module.size]), wishes)
        return indices

    def answer(self, scores: tf.Tensor, seen: tf.Tensor, request: RuledRequest) -> dict[str, tf.Tensor]:
        """Returns the list of each request.

        Args:
            scores: [B, size] float32.
            seen: [B, L] int32, the histories.
            request: what the requests ask for.
        """
        k_max = self._module.k_max

        def plainly() -> tuple[tf.Tensor, tf.Tensor]:
            indices, best = top_k(scores, kept_out(request, seen), k_max)
            is_asked = tf.range(k_max) < request.wishes.k[:, None]
            return tf.where(is_asked, indices, PADDING), tf.where(is_asked, best, LOWEST_SCORE)

        return self._module.answer(*called_cond(request.asks, lambda: self._by_rules(scores, seen, request), plainly))

    def _list_by_rules(self, scores: tf.Tensor, seen: tf.Tensor, request: RuledRequest) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns indices and scores of each list, made from the best items if these suffice, otherwise from all."""
        size, k_max = self._module.size, self._module.k_max
        scores = tf.ensure_shape(scores, [None, size])
        deviation = deviations(scores, request)

        def of_few() -> Shortlisted:
            items = items_of(self._module, request.wishes)
            return shortlisted(scores, seen, deviation, request, items, k_max)

        def of_all() -> tuple[tf.Tensor, tf.Tensor]:
            left = allowed(preferred(scores, request, deviation), request, seen)
            indices = self.pick(left, request.wishes)
            return indices, tf.gather(left, indices, batch_dims=1)

        if size < LARGE:
            return of_all()
        found = called_cond(is_likely_short(request, size, k_max), of_few, lambda: none_found(scores, k_max))
        return called_cond(found.is_exact, lambda: (found.indices, found.scores), of_all)
