"""Whole histories as batches: each once an epoch, the same wherever training is continued."""

from collections import Counter

import numpy as np
import pytest

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.errors import InputError

LENGTHS = [30, 25, 0, 1, 41, 2, 2, 18]


def histories_of(lengths) -> Histories:
    """Histories in which every item is another one, numbered from 2, and every weight is half its item."""
    total = int(sum(lengths))
    items = np.arange(2, total + 2, dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ids = np.array([f"ü{row}" for row in range(len(lengths))], dtype=object)
    return Histories(items, offsets, ids, items.astype(np.float32) / 2)


def batches_of(seed=3, max_length=8, batch_size=3, lengths=LENGTHS) -> TrainingHistories:
    histories = histories_of(lengths)
    config = WindowConfig(max_length, 0, batch_size, seed)
    return TrainingHistories(histories, config, histories.user_ids)


def epochs_of(batches, count, first_epoch=0):
    """`count` epochs, each a list of batches."""
    steps = batches.steps_per_epoch
    found = list(batches.dataset(first_epoch * steps).take(count * steps).as_numpy_iterator())
    return [found[epoch * steps : (epoch + 1) * steps] for epoch in range(count)]


def rows_of(epoch):
    """(user id, items, weights) of each history; checks the padding on the way."""
    for batch in epoch:
        for user, row, weights in zip(batch["user_id"], batch["history"], batch["weight"], strict=True):
            length = np.count_nonzero(row)
            assert (row[:length] > 0).all()
            assert not weights[length:].any()
            yield user.decode(), row[:length], weights[:length]


def same(first, second):
    return len(first) == len(second) and all(
        a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("max_length", [1, 2, 8, 25, 1000])
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_every_epoch_has_each_history_once_or_as_much_of_it_as_fits(max_length, batch_size):
    histories = histories_of(LENGTHS)
    batches = batches_of(0, max_length, batch_size)
    for epoch in epochs_of(batches, 2):
        found = {user: (items, weights) for user, items, weights in rows_of(epoch)}
        assert sum(len(batch["history"]) for batch in epoch) == len(found) == batches.window_count
        assert sum(len(items) for items, _ in found.values()) == batches.target_count
        assert set(found) == {"ü0", "ü1", "ü3", "ü4", "ü5", "ü6", "ü7"}  # those that have items
        for row, user in enumerate(histories.user_ids):
            if user not in found:
                continue
            items, weights = found[user]
            assert len(items) == min(LENGTHS[row], max_length)
            assert set(items.tolist()) <= set(histories.row(row).tolist())
            np.testing.assert_array_equal(np.diff(items), 1)  # one piece, in order
            np.testing.assert_array_equal(weights, items / 2)


def test_batches_hold_as_many_histories_as_asked_for_but_for_one_of_them():
    sizes = [len(batch["history"]) for batch in epochs_of(batches_of(batch_size=3), 1)[0]]
    assert sorted(sizes) == [1, 3, 3]


def test_long_history_is_cut_at_every_place_in_time():
    """Five of eight items can begin at four places."""
    batches = batches_of(max_length=5, batch_size=2, lengths=[8])
    begins = Counter(int(items[0]) for epoch in epochs_of(batches, 120) for _, items, _ in rows_of(epoch))
    assert sorted(begins) == [2, 3, 4, 5]
    assert min(begins.values()) >= 15


def test_epochs_differ_in_the_order_of_the_histories():
    orders = [
        tuple(user for user, _, _ in rows_of(epoch)) for epoch in epochs_of(batches_of(max_length=1, batch_size=1), 5)
    ]
    assert len(set(orders)) > 2


def test_seed_and_epoch_decide_the_batches():
    expected = epochs_of(batches_of(3), 2)
    assert all(map(same, expected, epochs_of(batches_of(3), 2)))
    assert not same(*expected)
    assert not any(map(same, expected, epochs_of(batches_of(4), 2)))


@pytest.mark.parametrize("first_epoch", [1, 3])
def test_dataset_from_a_later_epoch_goes_on_where_uninterrupted_training_would_be(first_epoch):
    uninterrupted = epochs_of(batches_of(), 5)[first_epoch:]
    assert all(map(same, uninterrupted, epochs_of(batches_of(), 5 - first_epoch, first_epoch)))


def test_histories_without_weights_and_ids_give_batches_without():
    histories = histories_of([5, 4])
    plain = Histories(histories.items, histories.offsets, histories.user_ids)
    (batch,) = TrainingHistories(plain, WindowConfig(9, 0)).dataset().take(1).as_numpy_iterator()
    assert set(batch) == {"history"}
    assert batch["history"].dtype == np.int32
    assert batch["history"].shape == (2, 5)


def test_batches_hold_histories_of_like_length():
    """So that little of a batch is padding: here less than a tenth, where random batches would hold about a half."""
    lengths = np.random.default_rng(0).integers(1, 50, size=1000)
    (epoch,) = epochs_of(batches_of(max_length=50, batch_size=32, lengths=lengths), 1)
    cells = sum(batch["history"].size for batch in epoch)
    assert sum(np.count_nonzero(batch["history"]) for batch in epoch) > 0.9 * cells


@pytest.mark.parametrize("lengths", [[1, 1, 1], [0, 1], []])
def test_histories_without_a_second_item_leave_nothing_to_learn(lengths):
    with pytest.raises(InputError, match=f"no user has two interactions \\({len(lengths)} users\\)") as refused:
        batches_of(lengths=lengths)
    assert "\n" not in str(refused.value)
