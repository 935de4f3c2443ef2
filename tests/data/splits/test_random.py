import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.errors import InputError


def marked_table(seed: int = 0, rows: int = 500) -> pd.DataFrame:
    """Interactions in no order, with ties in time and items met again, each marked by its weight: its row."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": [f"u{user}" for user in np.minimum(generator.zipf(1.3, size=rows), 60)],  # many have one or two
            "item_id": [f"i{item}" for item in np.minimum(generator.zipf(1.5, size=rows), 40)],
            "timestamp": generator.integers(30, size=rows),
            "weight": np.arange(rows),
        }
    )


def rows_by_user(histories) -> dict[str, list[int]]:
    """User -> the marks of their interactions, in order; users without any are left out."""
    rows = histories.weights.astype(int).tolist()
    found = {
        user: rows[histories.offsets[row] : histories.offsets[row + 1]] for row, user in enumerate(histories.user_ids)
    }
    return {user: row for user, row in found.items() if row}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shares", [(0.1, 0.2), (0.3, 0.3), (0.45, 0.5)])
def test_each_users_interactions_are_divided_once_by_the_rounded_shares(seed, shares):
    frame = marked_table(seed)
    split = random_by_user(Interactions.from_frame(frame), *shares, seed=seed)
    train, validation, test = map(rows_by_user, (split.train, split.validation.targets, split.test.targets))
    for user, mine in frame.groupby("user_id"):
        parts = train[user], validation.get(user, []), test.get(user, [])
        # Items that only held-out parts have are unknown to histories, never to targets; here all are kept by marks.
        assert sorted(sum(parts, [])) == mine.index.tolist()
        tested = min(round(len(mine) * shares[1]), len(mine) - 1)
        validated = min(round(len(mine) * shares[0]), len(mine) - 1 - tested)
        assert (len(parts[1]), len(parts[2])) == (validated, tested)


def test_a_test_history_is_training_and_validation_in_time_order_with_ties_in_table_order():
    frame = marked_table()
    split = random_by_user(Interactions.from_frame(frame))
    known = frame["item_id"].isin(split.vocabulary.ids)
    tested = rows_by_user(split.test.targets)
    validated = rows_by_user(split.validation.targets)
    assert tested
    histories = rows_by_user(split.test.histories)
    for user, targets in tested.items():
        mine = frame[(frame["user_id"] == user) & known].drop(index=targets, errors="ignore")
        assert histories[user] == mine.sort_values("timestamp", kind="stable").index.tolist()
    for user, history in rows_by_user(split.validation.histories).items():
        mine = frame[(frame["user_id"] == user) & known].drop(index=validated[user] + tested[user], errors="ignore")
        assert history == mine.sort_values("timestamp", kind="stable").index.tolist()


def test_the_vocabulary_counts_training_interactions_alone():
    frame = marked_table()
    split = random_by_user(Interactions.from_frame(frame), min_count=3, catalogue_ids=["new", "i1"])
    trained = random_by_user(Interactions.from_frame(frame)).train.weights.astype(int)
    counts = frame.loc[trained, "item_id"].value_counts()
    expected = {**counts[counts >= 3].to_dict(), "new": 0}
    assert dict(zip(split.vocabulary.ids, split.vocabulary.counts, strict=True)) == expected


def test_the_seed_decides_the_draw():
    interactions = Interactions.from_frame(marked_table())
    first, same, other = (random_by_user(interactions, seed=seed).test.targets.weights for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, same)
    assert set(first) != set(other)


def test_every_interaction_is_as_likely_to_be_tested_as_any_other():
    frame = cyclic_interactions(users=2000, items=10, length=10)
    interactions = Interactions.from_frame(frame.assign(weight=frame["timestamp"]))
    steps = random_by_user(interactions, test_share=0.2).test.targets.weights.astype(int)
    counts = np.bincount(steps, minlength=10)
    assert counts.sum() == 4000
    np.testing.assert_allclose(counts, 400, atol=80)  # 4.5 standard deviations


def test_users_with_too_few_interactions_only_train():
    frame = pd.DataFrame({"user_id": list("abbcccdddddd"), "item_id": list("xxyxyzxyzxyz")})
    split = random_by_user(Interactions.from_frame(frame))
    assert split.train.user_ids.tolist() == ["a", "b", "c", "d"]
    assert split.train.lengths.tolist() == [1, 2, 2, 4]
    assert split.test.targets.user_ids.tolist() == ["c", "d"]
    assert split.validation.targets.user_ids.tolist() == ["d"]


@pytest.mark.parametrize("shares", [(0, 0.1), (0.1, 0), (0.5, 0.5), (-0.1, 0.1), (float("nan"), 0.1)])
def test_impossible_shares_are_refused(shares):
    with pytest.raises(InputError, match=f"validation_share is {shares[0]} and test_share {shares[1]}: both must be"):
        random_by_user(Interactions.from_frame(cyclic_interactions(users=3)), *shares)


@pytest.mark.parametrize(("shares", "part"), [((0.1, 0.2), "validation"), ((0.2, 0.1), "test")])
def test_histories_too_short_for_a_part_are_refused(shares, part):
    frame = cyclic_interactions(users=3, length=5)  # a tenth of 5 is rounded to none
    with pytest.raises(InputError, match=f"the {part} part is empty: .* the longest history has 5") as refused:
        random_by_user(Interactions.from_frame(frame), *shares)
    assert "\n" not in str(refused.value)
