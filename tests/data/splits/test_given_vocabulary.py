"""Splits whose items are numbered by a vocabulary that is given, as that of a model that is trained on."""

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.data.splits.temporal import temporal
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

SPLITS = (leave_last_out, temporal, random_by_user)


def interactions(*rows):
    """Users "u0", "u1", ... with the items of each row, a letter each, all users' first items first."""
    events = [(f"u{user}", item, time) for user, row in enumerate(rows) for time, item in enumerate(row)]
    return Interactions.from_frame(pd.DataFrame(events, columns=["user_id", "item_id", "timestamp"]))


def vocabulary(ids, counts=None):
    return Vocabulary(np.array(list(ids), dtype=object), np.array(counts or [1] * len(ids), dtype=np.int64))


@pytest.mark.parametrize("split", SPLITS)
def test_items_keep_the_numbers_of_the_model_and_others_are_unknown(split):
    days = interactions(*["abcdexbcda"] * 6)
    given = vocabulary("edcba")
    found, own = split(days, vocabulary=given), split(days)
    assert found.vocabulary is given
    for part in ("validation", "test"):
        ours, theirs = getattr(found, part), getattr(own, part)
        decoded = own.vocabulary.decode(theirs.targets.items)
        assert ours.targets.items.tolist() == given.encode(decoded).tolist()
        decoded = own.vocabulary.decode(theirs.histories.items)
        assert given.decode(ours.histories.items).tolist() == [item for item in decoded if item != "x"]
    assert 1 not in found.train.items
    assert "x" not in given.decode(found.train.items)


def test_items_that_the_model_has_not_trained_are_read_and_not_trained_on():
    split = leave_last_out(interactions("abcab", "bacba"), vocabulary=vocabulary("abc", [2, 1, 0]))
    assert split.train.items.tolist() == [2, 3, 3, 2]
    assert split.validation.histories.items.tolist() == [2, 3, 4, 3, 2, 4]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_count": 2}, "leave min_count out"),
        ({"catalogue_ids": ["a"]}, "leave catalogue_ids out"),
        ({"vocabulary": vocabulary("xyz")}, "none of the 3 items trained on, such as 'a', is among the vocabulary's 3"),
    ],
)
def test_what_a_given_vocabulary_cannot_be_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        leave_last_out(interactions("abca"), **{"vocabulary": vocabulary("abc"), **settings})


def test_histories_know_what_they_are_numbered_by_until_their_items_are_replaced():
    from dataclasses import replace

    split = leave_last_out(interactions("abcab", "bacba"))
    for rows in (split.train, split.test.histories, split.test.targets, split.train.select(np.array([1]))):
        assert rows.vocabulary is split.vocabulary
    other = vocabulary("cab")
    with pytest.raises(InputError, match="the histories' index 2 is item 'a', the model's 'c'"):
        split.train.require_numbers_of(other)
    replace(split.train, items=split.train.items.copy()).require_numbers_of(other)
