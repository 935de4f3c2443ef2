"""Conversion of rules per row to the tensors that the signature takes."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.request_rows import padded
from tfrec_dl.serving.rules.rules import Rules

KEEPS = {None: "", True: "yes", False: "no"}


def rules_of_rows(rules: Rules | Sequence[Rules], rows: int) -> list[Rules]:
    """Returns the rules of each row.

    Args:
        rules: one set of rules for all rows, or one per row.
        rows: number of rows.

    Raises:
        InputError: if the rules are anything else.
    """
    if isinstance(rules, Rules):
        return [rules] * rows
    if not isinstance(rules, Sequence) or not all(isinstance(each, Rules) for each in rules):
        raise InputError(f"rules is {rules!r:.80}, but must be a tfrec_dl.Rules, or a list of them, one for each row.")
    if len(rules) != rows:
        raise InputError(f"rules has {len(rules)} rows, but histories has {rows}: give one for each, or one for all.")
    return list(rules)


def rule_tensors(rules: Sequence[Rules], excluded: list[list[str]], k: int) -> dict[str, tf.Tensor]:
    """Returns the inputs of `recommend_with_rules` besides the history, for B rows.

    Args:
        rules: rules of each row.
        excluded: excluded ids of each row.
        k: number of recommendations for each row.
    """
    weights = [list(each.boost.values()) for each in rules]
    widest = max(map(len, weights), default=0)
    nan = float("nan")
    return {
        "exclude": padded(excluded),
        "only": padded([list(each.only or ()) for each in rules]),
        "must": padded([list(each.must) for each in rules]),
        "must_not": padded([list(each.must_not) for each in rules]),
        "boost": padded([list(each.boost) for each in rules]),
        "boost_weights": tf.constant(
            [[*row, *[nan] * (widest - len(row))] for row in weights], tf.float32, shape=[len(rules), widest]
        ),
        "diversity": tf.constant(np.array([each.diversity for each in rules], np.float32)),
        "at_most": padded([[f"{name}={number}" for name, number in each.at_most.items()] for each in rules]),
        "pin": padded([[f"{item}@{place}" for item, place in each.pin.items()] for each in rules]),
        "keep_seen": tf.constant([KEEPS[each.keep_seen] for each in rules], tf.string, shape=[len(rules)]),
        "min_score": tf.constant(
            np.array([nan if each.min_score is None else each.min_score for each in rules], np.float32)
        ),
        "k": tf.fill([len(rules)], k),
    }
