"""Inputs of a request with rules as tensors; invalid inputs are rejected before any work."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.refusals import Check
from tfrec_dl.serving.rules.rules import HEAVIEST
from tfrec_dl.serving.signature import TensorInfo, ids

KEEP_SEEN = ("", "yes", "no")
PLACE, LIMIT = r"\C+@[0-9]{1,9}", r"\C+=[0-9]{1,9}"


class RuleTensors(NamedTuple):
    """Rules of B requests as received; "", NaN and 0 mean no rule.

    Attributes:
        exclude: [B, E] ids.
        only: [B, O] ids.
        must: [B, M] conditions.
        must_not: [B, X] conditions.
        boost: [B, C] conditions.
        boost_weights: [B, C] float32.
        diversity: [B] float32.
        at_most: [B, A] "attribute=number".
        pin: [B, P] "id@place".
        keep_seen: [B] "yes", "no".
        min_score: [B] float32.
        k: [B] int32.
    """

    exclude: tf.Tensor
    only: tf.Tensor
    must: tf.Tensor
    must_not: tf.Tensor
    boost: tf.Tensor
    boost_weights: tf.Tensor
    diversity: tf.Tensor
    at_most: tf.Tensor
    pin: tf.Tensor
    keep_seen: tf.Tensor
    min_score: tf.Tensor
    k: tf.Tensor


class Limits(NamedTuple):
    """Limits on how many items with the same attribute value a list may hold.

    Attributes:
        attributes: [B, A] names, "" where there is no limit.
        numbers: [B, A] int32, maximum number of items, 0 where there is no limit.
    """

    attributes: tf.Tensor
    numbers: tf.Tensor


class Pins(NamedTuple):
    """Items pinned to fixed places.

    Attributes:
        items: [B, P] ids, "" where there is none.
        places: [B, P] int32 from 1, 0 where there is none.
    """

    items: tf.Tensor
    places: tf.Tensor


def rule_inputs(examples: Sequence[str], diversity: float, at_most: str) -> dict[str, TensorInfo]:
    """Returns the inputs besides `history`, in order.

    Args:
        examples: some item ids for the examples.
        diversity: diversity in the examples; 0 if there is no measure of similarity.
        at_most: limit in the examples; "" if items have no attributes.
    """
    return {
        "exclude": ids("B", "E", sample=tuple(examples)),
        "only": _texts("B", "O"),
        "must": _texts("B", "M"),
        "must_not": _texts("B", "X"),
        "boost": _texts("B", "C"),
        "boost_weights": _numbers("B", "C"),
        "diversity": _numbers("B", sample=diversity),
        "at_most": _texts("B", "A", sample=at_most),
        "pin": _texts("B", "P"),
        "keep_seen": _texts("B"),
        "min_score": _numbers("B", sample=float("nan")),
        "k": TensorInfo(tf.int32, {"B": None}, 0),
    }


def _texts(*axes: str, sample: str = "") -> TensorInfo:
    return TensorInfo(tf.string, dict.fromkeys(axes), sample)


def _numbers(*axes: str, sample: float = 0.0) -> TensorInfo:
    return TensorInfo(tf.float32, dict.fromkeys(axes), sample)


class Bounds(NamedTuple):
    """Limits on the rules that an export supports.

    Attributes:
        k_max: scalar int32, length of the longest list.
        most_diverse: scalar float32, highest diversity; 0 if there is no measure of similarity.
    """

    k_max: tf.Tensor
    most_diverse: tf.Tensor


def bounded(rules: RuleTensors, bounds: Bounds) -> tuple[RuleTensors, list[Check]]:
    """Returns the rules with a NaN diversity replaced by 0, and k = 0 by `k_max`; and checks of their values.

    Args:
        rules: rules as received.
        bounds: limits of the export.
    """
    width, given = (tf.shape(each)[1:] for each in (rules.boost, rules.boost_weights))
    diversity = tf.where(tf.math.is_nan(rules.diversity), 0.0, rules.diversity)
    too_long = tf.strings.join([tf.strings.as_string(bounds.k_max), ", and all for 0."])
    checks = [
        Check(width != given, given, "boost_weights has {} columns, unlike boost."),
        Check((diversity < 0) | (diversity > 1), diversity, "diversity is {}: it must be from 0 to 1."),
        Check(
            (diversity > bounds.most_diverse) & (diversity <= 1),
            diversity,
            "diversity is {}: this model has no vectors of items to compare.",
        ),
        Check((rules.k < 0) | (rules.k > bounds.k_max), rules.k, "k is {}: this export gives 1 to ", too_long),
        Check(
            tf.reduce_all(rules.keep_seen[:, None] != KEEP_SEEN, axis=1),
            rules.keep_seen,
            "keep_seen is {}: write yes or no, or nothing for what the export does by itself.",
        ),
    ]
    return rules._replace(diversity=diversity, k=or_all(rules.k, bounds.k_max)), checks


def or_all(k: tf.Tensor, k_max: tf.Tensor) -> tf.Tensor:
    """Returns the list lengths [B], with the maximum in place of 0."""
    return tf.where(k == 0, k_max, k)


def weights_of(rules: RuleTensors) -> tuple[tf.Tensor, Check]:
    """Returns the weights of boosts [B, C], 0 where there is no condition; and a check of them."""
    weights = tf.where(rules.boost != "", rules.boost_weights, 0.0)
    bad = tf.math.is_nan(weights) | (tf.abs(weights) > HEAVIEST)
    return weights, Check(bad, weights, "a boost weight is {}: it must be a number from -1e6 to 1e6.")


def limits_of(at_most: tf.Tensor) -> tuple[Limits, list[Check]]:
    """Parses "attribute=number", [B, A]; also returns checks."""
    given = tf.strings.length(at_most) > 0
    readable = tf.strings.regex_full_match(at_most, LIMIT)
    numbers = _last_number(at_most, "=", given & readable)
    line = "at_most {} cannot be read: write an attribute and a number from 1, as genres=3."
    names = tf.strings.regex_replace(at_most, r"=[0-9]+\z", "")
    return Limits(names, numbers), [Check(given & (numbers < 1), at_most, line)]


def pins_of(pin: tf.Tensor, k: tf.Tensor) -> tuple[Pins, list[Check]]:
    """Parses "id@place", [B, P]; also returns checks, for places beyond k [B] and for duplicate items or places."""
    given = tf.strings.length(pin) > 0
    readable = given & tf.strings.regex_full_match(pin, PLACE)
    places = _last_number(pin, "@", readable)
    items = tf.strings.regex_replace(pin, r"@[0-9]+\z", "")
    checks = [
        Check(given & ~readable, pin, "pin {} cannot be read: write an id and its place, from 1, as 318@1."),
        Check(
            readable & ((places < 1) | (places > k[:, None])),
            pin,
            "pin {} is at a place that the list does not have: places go from 1 to k.",
        ),
        Check(
            _again(places, readable), pin, "pin {} is at a place that another pin has: give each a place of its own."
        ),
        Check(_again(items, readable), pin, "pin {} names an item again: give it one place."),
    ]
    return Pins(items, places), checks


def _last_number(texts: tf.Tensor, mark: str, readable: tf.Tensor) -> tf.Tensor:
    """Returns the number after the last `mark`, int32; 0 if the text is not readable."""
    ends = tf.strings.regex_replace(texts, rf"\A\C*{mark}", "")
    return tf.strings.to_number(tf.where(readable, ends, "0"), tf.int32)


def _again(values: tf.Tensor, given: tf.Tensor) -> tf.Tensor:
    """Returns whether a given value [B, P] already occurs earlier in its row: [B, P] bool."""
    places = tf.range(tf.shape(values)[1])
    alike = (values[:, :, None] == values[:, None, :]) & given[:, None, :] & (places < places[:, None])
    return given & tf.reduce_any(alike, axis=2)
