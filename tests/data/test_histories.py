import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


def histories_of(*rows, weights=None):
    """Histories with these rows, of users "0", "1", ..."""
    return Histories.from_rows(
        np.repeat(np.arange(len(rows)), [len(row) for row in rows]),
        np.array([item for row in rows for item in row], dtype=np.int32),
        np.array([str(user) for user in range(len(rows))], dtype=object),
        weights,
    )


def as_lists(histories):
    return [histories.row(index).tolist() for index in range(len(histories))]


THREE = histories_of([5, 6, 7], [], [8], weights=np.array([1, 2, 3, 4], dtype=np.float32))


def random_interactions(seed):
    """200 interactions with many ties in time, in no order."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": generator.integers(12, size=200),
            "item_id": [f"i{item}" for item in generator.integers(25, size=200)],
            "timestamp": generator.integers(9, size=200),
            "weight": generator.random(200).astype(np.float32),
        }
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("timed", [True, False])
def test_packing_equals_sorting_each_user_in_plain_python(seed, timed):
    frame = random_interactions(seed)
    if not timed:
        frame = frame.drop(columns="timestamp")
    interactions = Interactions.from_frame(frame)
    vocabulary = Vocabulary.build(frame["item_id"], min_count=8)
    histories = Histories.from_interactions(interactions, vocabulary)

    rows = {}
    for position, row in frame.iterrows():
        rows.setdefault(str(row["user_id"]), []).append(
            (row.get("timestamp", 0), position, row["item_id"], row["weight"])
        )
    index = {item: number + 2 for number, item in enumerate(vocabulary.ids)}
    expected = [[(index[i], w) for _, _, i, w in sorted(row) if i in index] for row in rows.values()]

    assert histories.user_ids.tolist() == list(rows)
    assert as_lists(histories) == [[item for item, _ in row] for row in expected]
    assert histories.weights.tolist() == pytest.approx([weight for row in expected for _, weight in row])
    assert histories.items.dtype == np.int32
    assert histories.offsets.dtype == np.int64


def test_a_user_with_unknown_items_only_has_an_empty_row():
    frame = pd.DataFrame({"user_id": ["a", "b", "a"], "item_id": ["x", "new", "x"]})
    histories = Histories.from_interactions(Interactions.from_frame(frame), Vocabulary.build(["x"]))
    assert as_lists(histories) == [[2, 2], []]
    assert histories.lengths.tolist() == [2, 0]


def test_one_user_one_item_one_interaction():
    frame = pd.DataFrame({"user_id": ["a"], "item_id": ["x"]})
    histories = Histories.from_interactions(Interactions.from_frame(frame), Vocabulary.build(["x"]))
    assert as_lists(histories) == [[2]]
    assert histories.weights is None


def test_a_row_is_a_view():
    assert np.shares_memory(THREE.row(0), THREE.items)
    assert THREE.row(-1).tolist() == [8]
    with pytest.raises(IndexError):
        THREE.row(3)


@pytest.mark.parametrize(
    ("max_length", "expected"),
    [
        (1, [[7], [0], [8]]),
        (2, [[6, 7], [0, 0], [8, 0]]),
        (3, [[5, 6, 7], [0, 0, 0], [8, 0, 0]]),
        (50, [[5, 6, 7], [0, 0, 0], [8, 0, 0]]),
    ],
)
def test_padded_holds_the_last_items_first_and_then_zeros(max_length, expected):
    matrix = THREE.padded(max_length)
    assert matrix.tolist() == expected
    assert matrix.dtype == np.int32


def test_padded_has_a_column_even_when_all_rows_are_empty():
    assert histories_of([], []).padded(10).tolist() == [[0], [0]]
    assert THREE.select(np.array([], dtype=int)).padded(10).shape == (0, 1)


def test_padded_to_nothing_is_refused():
    with pytest.raises(InputError, match="max_length is 0"):
        THREE.padded(0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (np.array([2, 0, 0]), [[8], [5, 6, 7], [5, 6, 7]]),
        (np.array([True, True, False]), [[5, 6, 7], []]),
        (np.array([], dtype=int), []),
        (np.array([-1]), [[8]]),
        (slice(1, 3), [[], [8]]),
    ],
    ids=str,
)
def test_select_takes_rows_in_the_order_given(rows, expected):
    selected = THREE.select(rows)
    assert as_lists(selected) == expected
    assert selected.user_ids.tolist() == THREE.user_ids[rows].tolist()
    weight = dict(zip([5, 6, 7, 8], [1, 2, 3, 4], strict=True))
    assert selected.weights.tolist() == [weight[item] for row in expected for item in row]


def test_known_drops_unknown_items_and_keeps_every_row():
    histories = histories_of([1, 5, 1], [1], [6], weights=np.arange(5, dtype=np.float32))
    assert as_lists(histories.known()) == [[5], [], [6]]
    assert histories.known().weights.tolist() == [1, 4]


def test_joined_has_the_items_of_each_user_one_part_after_the_other():
    other = histories_of([9], [10, 11], [], weights=np.array([5, 6, 7], dtype=np.float32))
    joined = Histories.joined([THREE, other])
    assert as_lists(joined) == [[5, 6, 7, 9], [10, 11], [8]]
    assert joined.weights.tolist() == [1, 2, 3, 5, 6, 7, 4]
    assert joined.user_ids.tolist() == THREE.user_ids.tolist()


def test_joined_has_users_of_any_part_and_weights_where_all_have_them():
    joined = Histories.joined([THREE.select(np.array([2])), histories_of([9], [10, 11], [])])
    assert dict(zip(joined.user_ids, as_lists(joined), strict=True)) == {
        THREE.user_ids[2]: [8],
        THREE.user_ids[0]: [9],
        THREE.user_ids[1]: [10, 11],
    }
    assert joined.weights is None
