import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.temporal import temporal
from tfrec_dl.errors import InputError


def random_table(seed, users=25, items=40, rows=400, clock=60):
    """Interactions in no order, with ties in time and items seen again."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": [f"u{user}" for user in generator.integers(users, size=rows)],
            "item_id": [f"i{item}" for item in np.minimum(generator.zipf(1.5, size=rows), items)],
            "timestamp": generator.integers(clock, size=rows),
            "weight": np.arange(rows),
        }
    )


def by_user(frame):
    """User -> rows as (time, position, item), in time order, ties in table order; in plain Python."""
    rows = {}
    for position, (user, item, time) in enumerate(
        zip(frame["user_id"], frame["item_id"], frame["timestamp"], strict=True)
    ):
        rows.setdefault(user, []).append((time, position, item))
    return {user: sorted(row) for user, row in rows.items()}


def decoded(histories, vocabulary):
    """User -> item ids; None for an item outside the vocabulary."""
    ids = [None if index == 1 else vocabulary.decode([index])[0] for index in histories.items]
    return {
        user: ids[histories.offsets[row] : histories.offsets[row + 1]] for row, user in enumerate(histories.user_ids)
    }


def naive_leave_last_out(frame):
    """Parts of each user, in plain Python."""
    rows = {user: [item for _, _, item in row] for user, row in by_user(frame).items()}
    train = {user: row[:-2] if len(row) >= 3 else row for user, row in rows.items()}
    validation = {user: (row[:-2], row[-2:-1]) for user, row in rows.items() if len(row) >= 3}
    test = {user: (row[:-1], row[-1:]) for user, row in rows.items() if len(row) >= 3}
    return train, validation, test


def naive_temporal(frame, validation_share, test_share):
    """Parts of each user, in plain Python."""
    times = sorted(frame["timestamp"])
    tested, validated = round(len(times) * test_share), round(len(times) * validation_share)
    train_until, validation_until = times[len(times) - tested - validated - 1], times[len(times) - tested - 1]
    train, validation, test = {}, {}, {}
    for user, row in by_user(frame).items():
        parts = ([], [], [])
        for time, _, item in row:
            parts[(time > train_until) + (time > validation_until)].append(item)
        if parts[0]:
            train[user] = parts[0]
        if parts[1]:
            validation[user] = (parts[0], parts[1])
        if parts[2]:
            test[user] = (parts[0] + parts[1], parts[2])
    return train, validation, test


def assert_split_is(split, expected, min_count):
    train, validation, test = expected
    counts = pd.Series([item for row in train.values() for item in row]).value_counts()
    known = set(counts[counts >= min_count].index)
    assert (
        dict(zip(split.vocabulary.ids, split.vocabulary.counts, strict=True)) == counts[counts >= min_count].to_dict()
    )

    def kept(row):
        return [item for item in row if item in known]

    assert decoded(split.train, split.vocabulary) == {user: kept(row) for user, row in train.items() if kept(row)}
    for cases, wanted in ((split.validation, validation), (split.test, test)):
        assert cases.histories.user_ids.tolist() == cases.targets.user_ids.tolist()
        histories, targets = decoded(cases.histories, split.vocabulary), decoded(cases.targets, split.vocabulary)
        assert histories == {user: kept(history) for user, (history, _) in wanted.items()}
        assert targets == {
            user: [item if item in known else None for item in target] for user, (_, target) in wanted.items()
        }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("min_count", [1, 4])
def test_leave_last_out_equals_plain_python(seed, min_count):
    frame = random_table(seed, users=120)  # Some users have one or two interactions.
    split = leave_last_out(Interactions.from_frame(frame), min_count)
    assert_split_is(split, naive_leave_last_out(frame), min_count)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("min_count", [1, 4])
def test_temporal_equals_plain_python(seed, min_count):
    frame = random_table(seed)
    split = temporal(Interactions.from_frame(frame), 0.15, 0.2, min_count)
    assert_split_is(split, naive_temporal(frame, 0.15, 0.2), min_count)


# Every interaction is marked by its weight, so that one can tell it from another of the same user and item.
@pytest.mark.parametrize("divide", [leave_last_out, temporal])
@pytest.mark.parametrize("seed", range(3))
def test_no_evaluated_interaction_is_seen_in_training(divide, seed):
    frame = random_table(seed)
    split = divide(Interactions.from_frame(frame))
    trained, validated, tested = (
        set(part.weights.astype(int)) for part in (split.train, split.validation.targets, split.test.targets)
    )
    assert not trained & validated
    assert not trained & tested
    assert not validated & tested
    assert not set(split.validation.histories.weights.astype(int)) & (validated | tested)
    assert not set(split.test.histories.weights.astype(int)) & tested
    # Counts of the vocabulary, which serve as popularity and for logQ, are of training alone.
    seen = frame.loc[sorted(trained), "item_id"].value_counts().to_dict()
    assert dict(zip(split.vocabulary.ids, split.vocabulary.counts, strict=True)) == seen


@pytest.mark.parametrize("seed", range(3))
def test_temporal_never_looks_ahead(seed):
    frame = random_table(seed)
    split = temporal(Interactions.from_frame(frame))

    def times(histories):
        return frame["timestamp"].to_numpy()[histories.weights.astype(int)]

    assert times(split.train).max() < times(split.validation.targets).min()
    assert times(split.validation.targets).max() < times(split.test.targets).min()


def test_an_item_that_only_the_test_has_is_an_unknown_target():
    frame = pd.DataFrame({"user_id": list("aaaabbb"), "item_id": list("xyxnxyx"), "timestamp": [0, 1, 2, 3, 0, 1, 2]})
    split = leave_last_out(Interactions.from_frame(frame))
    assert "n" not in split.vocabulary.ids
    assert split.test.targets.row(0).tolist() == [1]


def test_an_unknown_validation_item_is_left_out_of_the_test_history():
    frame = pd.DataFrame({"user_id": list("aaaa"), "item_id": list("xxnx")})
    split = leave_last_out(Interactions.from_frame(frame))
    assert split.validation.targets.row(0).tolist() == [1]
    assert split.test.histories.row(0).tolist() == [2, 2]


def test_the_order_of_the_table_does_not_matter_when_times_differ():
    frame = cyclic_interactions(users=20)
    shuffled = frame.sample(frac=1, random_state=1)
    ordered, mixed = (leave_last_out(Interactions.from_frame(table)) for table in (frame, shuffled))
    for part in ("validation", "test"):
        first, second = (decoded(getattr(split, part).targets, split.vocabulary) for split in (ordered, mixed))
        assert first == second


def test_on_the_cycle_the_target_is_the_successor_of_the_last_item():
    split = leave_last_out(Interactions.from_frame(cyclic_interactions(users=300, items=30, length=12)))
    assert len(split.test) == len(split.validation) == 300
    for cases in (split.validation, split.test):
        last = [split.vocabulary.decode(cases.histories.row(row)[-1:])[0] for row in range(len(cases))]
        target = split.vocabulary.decode(cases.targets.items)
        assert [f"item_{(int(item[5:]) + 1) % 30}" for item in last] == target.tolist()


def test_users_with_less_than_three_interactions_only_train():
    frame = pd.DataFrame({"user_id": list("abbccc"), "item_id": list("xxyxyx")})
    split = leave_last_out(Interactions.from_frame(frame))
    assert split.train.user_ids.tolist() == ["a", "b", "c"]
    assert split.train.lengths.tolist() == [1, 2, 1]
    assert split.test.histories.user_ids.tolist() == ["c"]


def test_one_user_and_one_item_can_be_split():
    frame = pd.DataFrame({"user_id": ["u"] * 3, "item_id": ["x"] * 3, "timestamp": [1, 2, 3]})
    for split in (leave_last_out(Interactions.from_frame(frame)), temporal(Interactions.from_frame(frame))):
        assert split.train.row(0).tolist() == [2]
        assert split.validation.histories.row(0).tolist() == [2]
        assert split.test.histories.row(0).tolist() == [2, 2]
        assert split.test.targets.row(0).tolist() == [2]


def test_a_new_user_is_a_case_with_an_empty_history():
    frame = pd.DataFrame({"user_id": list("aaaaaaaabn"), "item_id": list("xyxyxyxyxy"), "timestamp": range(10)})
    split = temporal(Interactions.from_frame(frame))
    assert split.train.user_ids.tolist() == ["a"]
    assert split.validation.histories.user_ids.tolist() == ["b"]
    assert split.test.histories.user_ids.tolist() == ["n"]
    assert split.validation.histories.lengths.tolist() == split.test.histories.lengths.tolist() == [0]


def test_interactions_at_a_cut_go_to_the_earlier_part_together():
    frame = pd.DataFrame({"user_id": list("abcdefghij"), "item_id": list("xxxxxxxxxx"), "timestamp": [0] * 8 + [1, 2]})
    split = temporal(Interactions.from_frame(frame), validation_share=0.3, test_share=0.1)
    assert len(split.train) == 8
    assert split.validation.targets.user_ids.tolist() == ["i"]
    assert split.test.targets.user_ids.tolist() == ["j"]


def refused(divide, frame, *args):
    with pytest.raises(InputError) as caught:
        divide(Interactions.from_frame(frame), *args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_leave_last_out_refuses():
    singles = pd.DataFrame({"user_id": list("abb"), "item_id": list("xyz")})
    assert "no user has the 3 interactions" in (message := refused(leave_last_out, singles))
    assert "the longest history has 2" in message
    assert "min_count is 100" in refused(leave_last_out, cyclic_interactions(users=3), 100)


@pytest.mark.parametrize("shares", [(0, 0.1), (0.1, 0), (0.5, 0.5), (-0.1, 0.1), (float("nan"), 0.1)])
def test_temporal_refuses_impossible_shares(shares):
    message = refused(temporal, cyclic_interactions(users=3), *shares)
    assert f"validation_share is {shares[0]} and test_share {shares[1]}" in message


def test_what_temporal_refuses():
    frame = cyclic_interactions(users=3)
    assert "needs times" in refused(temporal, frame.drop(columns="timestamp"))
    assert "too few" in refused(temporal, frame.iloc[:2])
    assert "the validation part is empty: too many interactions share the time 0" in refused(
        temporal, frame.assign(timestamp=0)
    )
    assert "the test part is empty: too many interactions share the time 1" in refused(
        temporal, frame.assign(timestamp=np.repeat([0, 1], [24, 12])), 0.2, 0.2
    )


def test_items_of_the_catalogue_are_known_to_targets_and_histories_but_not_trained_on():
    frame = pd.DataFrame(
        {"user_id": list("uuuuvvvv"), "item_id": list("abxyabab"), "timestamp": [0, 1, 2, 3, 0, 1, 2, 3]}
    )
    split = leave_last_out(Interactions.from_frame(frame), catalogue_ids=["z", "y", "x", "a"])
    assert split.vocabulary.ids.tolist() == ["a", "b", "z", "y", "x"]
    assert split.vocabulary.counts.tolist() == [2, 2, 0, 0, 0]
    assert decoded(split.train, split.vocabulary) == {"u": ["a", "b"], "v": ["a", "b"]}
    assert decoded(split.validation.targets, split.vocabulary) == {"u": ["x"], "v": ["a"]}
    assert decoded(split.test.histories, split.vocabulary) == {"u": ["a", "b", "x"], "v": ["a", "b", "a"]}
    assert decoded(split.test.targets, split.vocabulary) == {"u": ["y"], "v": ["b"]}


def test_items_below_min_count_stay_unknown_though_the_catalogue_holds_them():
    frame = pd.DataFrame({"user_id": list("uuuuuu"), "item_id": list("aabxyz"), "timestamp": range(6)})
    split = leave_last_out(Interactions.from_frame(frame), min_count=2, catalogue_ids=list("abxyz"))
    assert split.vocabulary.ids.tolist() == ["a", "y", "z"]
    assert decoded(split.train, split.vocabulary) == {"u": ["a", "a"]}
    by_the_clock = temporal(Interactions.from_frame(frame), 0.2, 0.2, min_count=2, catalogue_ids=list("abxyz"))
    assert by_the_clock.vocabulary.ids.tolist() == ["a", "y", "z"]
