"""A request with rules, read: what it asks for in indices, masks and boosts of the catalogue."""

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
    """What reading a request asks of a module."""

    k_max: int
    keep_seen: bool
    attributes: ItemAttributes

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Ids to indices, 0 for unknown ones."""

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor | None:
        """Vectors whose cosines say how alike items are: [B, N] int32 -> [B, N, D]; None where there are none."""


class RuledRequest(NamedTuple):
    """B requests.

    Attributes:
        asks: scalar bool, whether a request asks for more than to leave out what is excluded or seen.
        excluded: [B, E] int32, indices that must not be recommended, 0 for none.
        only: [B, O] int32, indices that alone may be recommended, 0 for none.
        restricted: [B] bool, whether `only` holds.
        has_conditions: scalar bool, whether a request has a condition.
        has_boosts: scalar bool, whether a request has a boost.
        terms: conditions, and boosts in standard deviations.
        arrays: attributes of items, of which the terms are.
        keeps_seen: [B] bool, whether items of the history may be recommended.
        min_score: [B] float32, NaN for none.
        wishes: what the list shall be.
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
    """Reads the inputs of requests; what cannot be read is refused.

    Args:
        module: knows the items.
        inputs: as `RuleTensors` names them.
        k_max: scalar int32, what `k` can be at most.
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
    """The inputs that are no ids or conditions, read; refuses what cannot be."""
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
    """What lists ask of items; vectors have no width where no request needs them."""

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
