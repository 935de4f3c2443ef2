import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.cold_start import hold_out_items
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError


def random_table(seed, users=30, items=40, rows=400, clock=80):
    """Interactions in no order, with ties in time and items met again."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": [f"u{user}" for user in generator.integers(users, size=rows)],
            "item_id": [f"i{item}" for item in generator.integers(items, size=rows)],
            "timestamp": generator.integers(clock, size=rows),
            "weight": np.arange(rows),
        }
    )


def rows_by_user(frame):
    """User -> (time, position, item) in time order, ties in table order; users as they appear in the table."""
    rows = {user: [] for user in frame["user_id"]}
    for position, (user, item, time) in enumerate(
        zip(frame["user_id"], frame["item_id"], frame["timestamp"], strict=True)
    ):
        rows[user].append((time, position, item))
    return {user: sorted(row) for user, row in rows.items()}


def naive_cold_cases(frame, cold, warm, leave_warm_test_out):
    """User -> (history, targets), in plain Python."""
    cases = {}
    for user, row in rows_by_user(frame).items():
        met = [item for _, _, item in row]
        if not set(met) & cold:
            continue
        last = max(position for position, item in enumerate(met) if item in cold)
        warm_positions = [position for position, item in enumerate(met) if item in warm]
        if leave_warm_test_out and len(warm_positions) >= 3:
            warm_positions = warm_positions[:-1]
        cases[user] = ([met[position] for position in warm_positions if position < last], [met[last]])
    return cases


def decoded(cases, vocabulary):
    rows = zip(cases.histories.user_ids, range(len(cases)), strict=True)
    return {
        user: (
            vocabulary.decode(cases.histories.row(row)).tolist(),
            vocabulary.decode(cases.targets.row(row)).tolist(),
        )
        for user, row in rows
    }


def ids_of(mask, vocabulary):
    return set(vocabulary.decode(np.flatnonzero(mask)))


@pytest.mark.parametrize("by", ["random", "first_appearance"])
@pytest.mark.parametrize("seed", range(3))
def test_cases_equal_their_definition_in_plain_python(seed, by):
    frame = random_table(seed)
    cold_start = hold_out_items(Interactions.from_frame(frame), by=by, seed=seed, catalogue_ids=[*frame["item_id"]])
    vocabulary = cold_start.vocabulary
    test, validation = ids_of(cold_start.test_items, vocabulary), ids_of(cold_start.validation_items, vocabulary)
    assert (len(test), len(validation), len(test & validation)) == (8, 2, 0)
    warm = set(frame["item_id"]) - test - validation
    assert decoded(cold_start.cold_test, vocabulary) == naive_cold_cases(frame, test, warm, False)
    assert decoded(cold_start.cold_validation, vocabulary) == naive_cold_cases(frame, validation, warm, True)


def test_no_cold_item_is_trained_on_or_read_or_a_warm_target():
    cold_start = hold_out_items(Interactions.from_frame(random_table(3)))
    cold = cold_start.test_items | cold_start.validation_items
    split = cold_start.split
    parts = [split.train, split.validation.histories, split.validation.targets, split.test.histories]
    parts += [split.test.targets, cold_start.cold_validation.histories, cold_start.cold_test.histories]
    for part in parts:
        assert len(part.items)
        assert not cold[part.items].any()
    assert not split.vocabulary.item_counts[cold].any()
    assert cold_start.test_items[cold_start.cold_test.targets.items].all()
    assert cold_start.validation_items[cold_start.cold_validation.targets.items].all()


def test_the_warm_part_is_leave_last_out_of_the_table_without_cold_items():
    frame = random_table(4)
    cold_start = hold_out_items(Interactions.from_frame(frame))
    cold = ids_of(cold_start.test_items | cold_start.validation_items, cold_start.vocabulary)
    expected = leave_last_out(Interactions.from_frame(frame[~frame["item_id"].isin(cold)]))
    warm = len(expected.vocabulary.ids)
    assert cold_start.vocabulary.ids[:warm].tolist() == expected.vocabulary.ids.tolist()
    assert cold_start.warm_items.tolist() == [False, False, *[True] * warm, *[False] * len(cold)]
    for part in ("validation", "test"):
        assert decoded(getattr(cold_start.split, part), cold_start.vocabulary) == decoded(
            getattr(expected, part), expected.vocabulary
        )
    np.testing.assert_array_equal(cold_start.split.train.items, expected.train.items)
    np.testing.assert_array_equal(cold_start.split.train.weights, expected.train.weights)


def test_the_newest_items_are_tested_on_and_those_before_them_validated_on():
    frame = pd.DataFrame(
        {
            "user_id": list("uuuuuuuvvv"),
            "item_id": ["a", "b", "c", "d", "e", "d", "f", "f", "a", "b"],
            "timestamp": [5, 6, 7, 9, 8, 10, 11, 3, 4, 5],  # f is late for u, but v met it first of all
        }
    )
    interactions = Interactions.from_frame(frame)
    cold_start = hold_out_items(interactions, 1 / 6, 1 / 6, by="first_appearance", catalogue_ids=[*"abcdef"])
    assert ids_of(cold_start.test_items, cold_start.vocabulary) == {"d"}
    assert ids_of(cold_start.validation_items, cold_start.vocabulary) == {"e"}
    assert decoded(cold_start.cold_test, cold_start.vocabulary) == {"u": (["a", "b", "c"], ["d"])}
    counts = dict(zip(cold_start.vocabulary.ids, cold_start.held_out_counts[2:], strict=True))
    assert {item: count for item, count in counts.items() if count} == {"d": 2, "e": 1}


def test_a_user_who_began_with_cold_items_has_an_empty_history():
    rows = [("new", "x", 0), ("new", "a", 1)] + [("u", item, time) for time, item in enumerate("abcdabcd", start=2)]
    frame = pd.DataFrame([*rows, ("u", "y", 99), ("u", "x", 100)], columns=["user_id", "item_id", "timestamp"])
    for seed in range(50):  # until x is the item tested on
        cold_start = hold_out_items(Interactions.from_frame(frame), 1 / 6, 1 / 6, seed=seed)
        if ids_of(cold_start.test_items, cold_start.vocabulary) == {"x"}:
            break
    assert decoded(cold_start.cold_test, cold_start.vocabulary)["new"] == ([], ["x"])


def test_the_draw_depends_on_the_seed_and_not_on_the_order_of_rows():
    frame = random_table(5)

    def drawn(table, seed):
        cold_start = hold_out_items(Interactions.from_frame(table), seed=seed)
        return ids_of(cold_start.test_items, cold_start.vocabulary)

    assert drawn(frame, 0) == drawn(frame.sample(frac=1, random_state=1), 0)
    assert drawn(frame, 0) != drawn(frame, 1)


def test_every_item_is_as_likely_to_be_held_out():
    interactions = Interactions.from_frame(random_table(6, items=10))
    times = np.zeros(10)
    for seed in range(300):
        cold_start = hold_out_items(interactions, 0.3, 0.1, seed=seed)
        times[[int(item[1:]) for item in ids_of(cold_start.test_items, cold_start.vocabulary)]] += 1
    assert times.sum() == 900
    assert times.min() > 55  # 90 expected, standard deviation 8
    assert times.max() < 125


def test_other_items_of_the_catalogue_come_after_the_cold_ones():
    frame = random_table(7)
    cold_start = hold_out_items(
        Interactions.from_frame(frame), catalogue_ids=["never met", *frame["item_id"], "never met"]
    )
    vocabulary = cold_start.vocabulary
    assert set(vocabulary.ids) == {*frame["item_id"], "never met"}
    cold = np.flatnonzero(cold_start.test_items | cold_start.validation_items)
    warm = np.flatnonzero(cold_start.warm_items)
    assert warm.max() < cold.min()
    assert vocabulary.encode(["never met"])[0] > cold.max()
    assert not cold_start.held_out_counts[: cold.min()].any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test_share": 0.0}, "test_share is 0.0"),
        ({"test_share": 0.6, "validation_share": 0.4}, "their sum below 1"),
        ({"validation_share": 0.001}, "of 40 items the shares hold out 8 to test and 0 to validate on"),
        ({"by": "newest"}, "by is 'newest': use 'random' or 'first_appearance'"),
    ],
)
def test_settings_that_leave_nothing_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        hold_out_items(Interactions.from_frame(random_table(8)), **options)


def test_first_appearance_needs_times():
    frame = random_table(9).drop(columns="timestamp")
    with pytest.raises(InputError, match="need times"):
        hold_out_items(Interactions.from_frame(frame), by="first_appearance")
