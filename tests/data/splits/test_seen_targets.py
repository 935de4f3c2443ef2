"""Targets that are in the history they follow, which masking seen items makes misses."""

import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.errors import InputError

SONGS = [["a", "b"] * 4, ["b", "c"] * 4, ["c", "a"] * 4]


def interactions(rows, duplicates="keep"):
    events = [(f"u{user}", item, time) for user, row in enumerate(rows) for time, item in enumerate(row)]
    frame = pd.DataFrame(events, columns=["user_id", "item_id", "timestamp"])
    return Interactions.from_frame(frame, duplicates=duplicates)


def test_each_target_is_looked_for_in_its_own_history(histories):
    cases = EvaluationCases(histories([[2, 3], [4], []]), histories([[3, 4], [2, 4], [2]]))
    assert cases.seen_targets().tolist() == [True, False, False, True, False]


@pytest.mark.parametrize("split", [leave_last_out, random_by_user])
def test_nothing_to_validate_is_an_error_that_names_both_remedies(split):
    found = split(interactions(SONGS))
    with pytest.raises(InputError, match=r"validation targets are in .* --keep-seen\), or .* --duplicates last\)"):
        found.validation.refuse_masked("validation", keep_seen=False)
    found.validation.refuse_masked("validation", keep_seen=True)


def test_one_target_that_can_be_found_is_enough():
    leave_last_out(interactions([*SONGS, ["a", "b", "c", "c"]])).validation.refuse_masked("validation", False)


def test_unknown_targets_are_no_reason_to_name_the_remedies(histories):
    EvaluationCases(histories([[2]]), histories([[1]])).refuse_masked("validation", keep_seen=False)


def test_doubled_events_are_dropped_by_duplicates():
    doubled = [[item for item in row for _ in range(2)] for row in ("abcd", "bcda", "cdab")]
    with pytest.raises(InputError, match="3 of the 3 test targets"):
        leave_last_out(interactions(doubled)).test.refuse_masked("test", False)
    leave_last_out(interactions(doubled, "last")).test.refuse_masked("test", False)
