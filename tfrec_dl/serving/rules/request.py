"""A parsed request with rules, as indices, masks and boosts over the catalogue."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import tensorflow as tf

from tfrec_dl.serving.attributes import questions
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.terms import Arrays, Terms, no_terms
from tfrec_dl.serving.graphs import called_cond, traced_once
from tfrec_dl.serving.refusals import refuse
from tfrec_dl.serving.rules.asks import asks_for_more
from tfrec_dl.serving.rules.inputs import (
    Bounds,
    Limits,
    Pins,
    RuleTensors,
    bounded,
    limits_of,
    or_all,
    pins_of,
    weights_of,
)
from tfrec_dl.serving.rules.wishes import Items, Wishes


class KnowsItems(Protocol):
    """What parsing a request needs from a module."""

    k_max: int
    keep_seen: bool
    attributes: ItemAttributes

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps ids to indices, 0 for unknown ones."""

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor | None:
        """Returns vectors whose cosines measure item similarity: [B, N] int32 -> [B, N, D]; None if there are none."""


class RuledRequest(NamedTuple):
    """B parsed requests.

    Attributes:
        asks: scalar bool, whether any request does more than leave out excluded or seen items.
        excluded: [B, E] int32, indices that must not be recommended, 0 for none.
        only: [B, O] int32, the only indices that may be recommended, 0 for none.
        restricted: [B] bool, whether `only` applies.
        has_conditions: scalar bool, whether any request has a condition.
        has_boosts: scalar bool, whether any request has a boost.
        terms: conditions, and boosts in standard deviations.
        arrays: item attributes that the terms refer to.
        keeps_seen: [B] bool, whether items of the history may be recommended.
        min_score: [B] float32, NaN for none.
        wishes: properties of the requested lists.
    """

    asks: tf.Tensor
    excluded: tf.Tensor
    only: tf.Tensor
    restricted: tf.Tensor
    has_conditions: tf.Tensor
    has_boosts: tf.Tensor
    terms: Terms
    arrays: Arrays
    keeps_seen: tf.Tensor
    min_score: tf.Tensor
    wishes: Wishes


def read(module: KnowsItems, inputs: Mapping[str, tf.Tensor], k_max: tf.Tensor) -> RuledRequest:
    """Parses the inputs of requests; rejects those that cannot be read.

    Args:
        module: module that knows the items.
        inputs: inputs named like the fields of `RuleTensors`.
        k_max: scalar int32, upper limit for `k`.
    """
    given, arrays = RuleTensors(**inputs), module.attributes.read()
    compares = module.item_vectors(tf.zeros([1, 1], tf.int32)) is not None
    bounds = Bounds(k_max, float(compares))

    def of_rules() -> tuple[tf.Tensor, ...]:
        rules, limits, pins = _checked(arrays, given, bounds)
        has_conditions = _any_text(rules.must) | _any_text(rules.must_not)
        has_boosts = _any_text(rules.boost)
        terms = called_cond(
            has_conditions | has_boosts,
            lambda: questions.terms(arrays, rules.must, rules.must_not, rules.boost, _weights(rules)),
            no_terms,
        )
        wishes = Wishes(
            rules.k, rules.diversity, limits.attributes, limits.numbers, module.lookup(pins.items), pins.places
        )
        restricted = tf.reduce_any(rules.only != "", axis=1)
        return module.lookup(rules.only), restricted, has_conditions, has_boosts, terms, wishes

    def of_none() -> tuple[tf.Tensor, ...]:
        never = tf.constant(False)
        wishes = Wishes(
            or_all(given.k, k_max),
            tf.zeros_like(given.diversity),
            given.at_most,
            _zeros(given.at_most),
            _zeros(given.pin),
            _zeros(given.pin),
        )
        return _zeros(given.only), tf.zeros_like(given.k, tf.bool), never, never, no_terms(), wishes

    asks = asks_for_more(given, bounds)
    only, restricted, has_conditions, has_boosts, terms, wishes = called_cond(asks, of_rules, of_none)
    return RuledRequest(
        asks=asks,
        excluded=module.lookup(given.exclude),
        only=only,
        restricted=restricted,
        has_conditions=has_conditions,
        has_boosts=has_boosts,
        terms=terms,
        arrays=arrays,
        keeps_seen=(given.keep_seen == "yes") | ((given.keep_seen == "") & module.keep_seen),
        min_score=given.min_score,
        wishes=wishes,
    )


@traced_once
def _checked(arrays: Arrays, rules: RuleTensors, bounds: Bounds) -> tuple[RuleTensors, Limits, Pins]:
    """Parses the inputs other than ids and conditions; rejects those that cannot be read."""
    rules, checks = bounded(rules, bounds)
    with tf.control_dependencies([refuse(*checks)]):
        k = tf.identity(rules.k)

    def limits() -> Limits:
        read, checks = limits_of(rules.at_most)
        with tf.control_dependencies([refuse(*checks, questions.is_attribute(arrays, read.attributes))]):
            return read._replace(numbers=tf.identity(read.numbers))

    def pins() -> Pins:
        read, checks = pins_of(rules.pin, k)
        with tf.control_dependencies([refuse(*checks)]):
            return read._replace(places=tf.identity(read.places))

    return (
        rules._replace(k=k),
        called_cond(_any_text(rules.at_most), limits, lambda: Limits(rules.at_most, _zeros(rules.at_most))),
        called_cond(_any_text(rules.pin), pins, lambda: Pins(rules.pin, _zeros(rules.pin))),
    )


def _weights(rules: RuleTensors) -> tf.Tensor:
    weights, check = weights_of(rules)
    with tf.control_dependencies([refuse(check)]):
        return tf.identity(weights)


def _zeros(texts: tf.Tensor) -> tf.Tensor:
    return tf.zeros(tf.shape(texts), tf.int32)


def items_of(module: KnowsItems, wishes: Wishes) -> Items:
    """Returns the item data that lists need; vectors have width 0 if no request needs them."""

    def vectors(indices: tf.Tensor) -> tf.Tensor:
        found = module.item_vectors(indices)
        nothing = tf.zeros([*tf.unstack(tf.shape(indices)), 0])
        if found is None:
            return nothing
        return tf.cond(
            tf.reduce_any(wishes.diversity > 0),
            lambda: tf.ensure_shape(tf.math.l2_normalize(found, axis=2), [None, None, None]),
            lambda: tf.ensure_shape(nothing, [None, None, None]),
        )

    return Items(vectors, module.attributes.read())


def _any_text(texts: tf.Tensor) -> tf.Tensor:
    return tf.reduce_any(texts != "")
