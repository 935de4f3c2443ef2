"""A request with rules, read: what it asks for in indices, masks and boosts of the catalogue."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import tensorflow as tf

from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.rules.inputs import RuleTensors, checked, limits_of, pins_of
from tfrec_dl.serving.rules.lists import Items, Wishes


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
        excluded: [B, E] int32, indices that must not be recommended, 0 for none.
        only: [B, O] int32, indices that alone may be recommended, 0 for none.
        restricted: [B] bool, whether `only` holds.
        has_conditions: scalar bool, whether a request has a condition.
        fulfilled: [B, size] bool, whether an item fulfils the conditions; [B, 1] without conditions.
        has_boosts: scalar bool, whether a request has a boost.
        boosts: [B, size] float32 in standard deviations; [B, 1] without boosts.
        keeps_seen: [B] bool, whether items of the history may be recommended.
        min_score: [B] float32, NaN for none.
        wishes: what the list shall be.
    """

    excluded: tf.Tensor
    only: tf.Tensor
    restricted: tf.Tensor
    has_conditions: tf.Tensor
    fulfilled: tf.Tensor
    has_boosts: tf.Tensor
    boosts: tf.Tensor
    keeps_seen: tf.Tensor
    min_score: tf.Tensor
    wishes: Wishes


def read(module: KnowsItems, inputs: Mapping[str, tf.Tensor]) -> RuledRequest:
    """Reads the inputs of requests; what cannot be read is refused.

    Args:
        module: knows the items.
        inputs: as `RuleTensors` names them.
    """
    compares = module.item_vectors(tf.zeros([1, 1], tf.int32)) is not None
    rules = checked(RuleTensors(**inputs), module.k_max, compares)
    limits, pins = limits_of(rules.at_most), pins_of(rules.pin, rules.k)
    attributes = module.attributes
    batch = tf.shape(rules.k)[0]
    has_conditions = _any_text(rules.must) | _any_text(rules.must_not)
    has_boosts = _any_text(rules.boost)
    with tf.control_dependencies([attributes.check_names(limits.attributes)]):
        numbers = tf.identity(limits.numbers)
    return RuledRequest(
        excluded=module.lookup(rules.exclude),
        only=module.lookup(rules.only),
        restricted=tf.reduce_any(rules.only != "", axis=1),
        has_conditions=has_conditions,
        fulfilled=tf.cond(
            has_conditions,
            lambda: attributes.allowed(rules.must, rules.must_not),
            lambda: tf.ones([batch, 1], tf.bool),
        ),
        has_boosts=has_boosts,
        boosts=tf.cond(
            has_boosts,
            lambda: attributes.boosts(rules.boost, rules.boost_weights),
            lambda: tf.zeros([batch, 1]),
        ),
        keeps_seen=(rules.keep_seen == "yes") | ((rules.keep_seen == "") & module.keep_seen),
        min_score=rules.min_score,
        wishes=Wishes(rules.k, rules.diversity, limits.attributes, numbers, module.lookup(pins.items), pins.places),
    )


def items_of(module: KnowsItems, wishes: Wishes) -> Items:
    """What lists ask of items; vectors and values have no width where no request needs them."""

    def values(indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
        batch, count = tf.unstack(tf.shape(indices))
        limits = tf.shape(limited)[1]
        codes = module.attributes.value_codes(tf.repeat(indices, limits, axis=0), tf.reshape(limited, [-1]))
        codes = tf.reshape(codes, [batch, limits, count, tf.shape(codes)[2]])
        # A code of its own for each limit, so that values of different attributes are not taken for each other.
        own = tf.where(codes >= 0, codes * limits + tf.range(limits)[:, None, None], -1)
        return tf.reshape(tf.transpose(own, [0, 2, 1, 3]), [batch, count, limits * tf.shape(codes)[3]])

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

    return Items(vectors, values)


def _any_text(texts: tf.Tensor) -> tf.Tensor:
    return tf.reduce_any(texts != "")
