"""Training windows against a plain reading: every interaction is a target once an epoch, in its context."""

from collections import Counter

import numpy as np
import pytest

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.errors import InputError


def histories_of(lengths) -> Histories:
    """Histories in which every item is another one, numbered from 2, and every weight is half its item."""
    total = int(sum(lengths))
    items = np.arange(2, total + 2, dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Histories(items, offsets, np.arange(len(lengths)).astype(str).astype(object), items.astype(np.float32) / 2)


def epochs_of(windows, count, first_epoch=0):
    """`count` epochs, each a list of batches."""
    steps = windows.steps_per_epoch
    batches = list(windows.dataset(first_epoch * steps).take(count * steps).as_numpy_iterator())
    return [batches[epoch * steps : (epoch + 1) * steps] for epoch in range(count)]


def rows_of(epoch):
    """Windows of an epoch as (inputs, targets, weights) of the real positions; checks the padding on the way."""
    for batch in epoch:
        for row, inputs in enumerate(batch["history"]):
            length = np.count_nonzero(inputs)
            assert (inputs[:length] > 0).all()
            assert not inputs[length:].any()
            assert not batch["next_item"][row, length:].any()
            yield inputs[:length], batch["next_item"][row, :length], batch["weight"][row, :length]


CASES = [
    (max_length, context) for max_length in (1, 2, 3, 5, 8, 13) for context in (0, 1, 4, 12) if context < max_length
]


@pytest.mark.parametrize(("max_length", "context"), CASES)
def test_every_epoch_trains_on_every_interaction_once_in_its_context(max_length, context):
    generator = np.random.default_rng(100 * max_length + context)
    lengths = np.concatenate([generator.integers(0, 40, size=12), [max_length, max_length + 1, max_length + 2]])
    histories = histories_of(lengths)
    windows = TrainingWindows(histories, WindowConfig(max_length, context, batch_size=4, seed=context))
    starts = set((histories.offsets[:-1] + 2).tolist())  # items are numbers: each history's is its first one's
    expected = Counter(item for row in range(len(histories)) for item in histories.row(row)[1:].tolist())

    for epoch in epochs_of(windows, 3):
        targets: Counter[int] = Counter()
        for inputs, following, weights in rows_of(epoch):
            assert 1 <= len(inputs) <= max_length
            np.testing.assert_array_equal(inputs, np.arange(inputs[0], inputs[0] + len(inputs)))
            trained = following > 0
            np.testing.assert_array_equal(following[trained], inputs[trained] + 1)
            np.testing.assert_array_equal(weights, np.where(trained, following / 2, 0))
            only_read = 0 if inputs[0] in starts else context
            np.testing.assert_array_equal(trained, np.arange(len(inputs)) >= only_read)
            targets.update(following[trained].tolist())
        assert targets == expected
    assert windows.target_count == sum(expected.values())


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_epochs_have_the_same_number_of_steps_and_windows(batch_size):
    windows = TrainingWindows(histories_of([50, 3, 17, 2, 9, 26]), WindowConfig(6, 2, batch_size))
    sizes = [sorted(len(batch["history"]) for batch in epoch) for epoch in epochs_of(windows, 3)]
    assert sizes[0] == sizes[1] == sizes[2]
    assert sum(sizes[0]) == windows.window_count
    assert windows.steps_per_epoch == -(-windows.window_count // batch_size)


def test_windows_are_as_few_as_can_be():
    """One window for up to max_length targets, and one more for every max_length - context beyond."""
    counts = {
        length: TrainingWindows(histories_of([length]), WindowConfig(10, 4)).window_count
        for length in (2, 11, 12, 17, 18)
    }
    assert counts == {2: 1, 11: 1, 12: 2, 17: 2, 18: 3}


def same(first, second):
    return len(first) == len(second) and all(
        a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
        for a, b in zip(first, second, strict=True)
    )


def windows_of(seed):
    return TrainingWindows(histories_of([30, 25, 41, 2, 2, 18]), WindowConfig(8, 2, batch_size=3, seed=seed))


def test_epochs_differ_and_cut_long_histories_elsewhere():
    first, second = epochs_of(windows_of(0), 2)
    assert not same(first, second)
    cuts = [{int(inputs[0]) for inputs, _, _ in rows_of(epoch)} for epoch in (first, second)]
    assert cuts[0] != cuts[1]


def test_every_cut_comes_up_in_time():
    """A history of 11 targets in windows of 8 without context leaves a slack of 5: six ways to cut it."""
    windows = TrainingWindows(histories_of([12]), WindowConfig(8, 0, batch_size=2))
    cuts = Counter(max(int(inputs[0]) for inputs, _, _ in rows_of(epoch)) for epoch in epochs_of(windows, 120))
    assert sorted(cuts) == [5, 6, 7, 8, 9, 10]
    assert min(cuts.values()) >= 8


def test_seed_and_epoch_decide_the_batches():
    expected = epochs_of(windows_of(3), 2)
    assert all(map(same, expected, epochs_of(windows_of(3), 2)))
    assert not any(map(same, expected, epochs_of(windows_of(4), 2)))


@pytest.mark.parametrize("first_epoch", [1, 3])
def test_dataset_from_a_later_epoch_goes_on_where_uninterrupted_training_would_be(first_epoch):
    uninterrupted = epochs_of(windows_of(3), 5)[first_epoch:]
    continued = epochs_of(windows_of(3), 5 - first_epoch, first_epoch)
    assert all(map(same, uninterrupted, continued))


def test_histories_without_weights_give_batches_without_weights():
    histories = histories_of([5, 4])
    plain = Histories(histories.items, histories.offsets, histories.user_ids)
    (batch,) = TrainingWindows(plain, WindowConfig(4)).dataset().take(1).as_numpy_iterator()
    assert set(batch) == {"history", "next_item"}
    assert batch["history"].dtype == batch["next_item"].dtype == np.int32


def test_ids_beside_the_windows_are_those_of_the_histories_they_are_cut_from():
    """Also behind histories that hold no target; an id may be any text."""
    lengths = [20, 1, 0, 3, 9, 2]
    histories = histories_of(lengths)
    ids = np.array(["ann", "nobody", "", "007", "Ω 🎬", "7"], dtype=object)
    windows = TrainingWindows(histories, WindowConfig(4, 1, batch_size=3), ids)
    rows = np.repeat(np.arange(len(lengths)), lengths)  # by item, whose numbers start at 2
    for epoch in epochs_of(windows, 2):
        seen = set()
        for batch in epoch:
            owners = ids[rows[batch["history"][:, 0] - 2]]
            assert [text.decode() for text in batch["user_id"]] == owners.tolist()
            seen.update(owners)
        assert seen == {"ann", "007", "Ω 🎬", "7"}


def test_ids_beside_the_windows_change_nothing_else():
    histories = histories_of([30, 25, 41, 2, 2, 18])
    plain = windows_of(3)
    with_ids = TrainingWindows(histories, plain.config, histories.user_ids)
    (without,), (beside,) = epochs_of(plain, 1), epochs_of(with_ids, 1)
    assert same(without, [{name: values for name, values in batch.items() if name != "user_id"} for batch in beside])


def test_batches_hold_windows_of_like_length():
    """So that little of a batch is padding: here less than a tenth, where random batches would hold about a third."""
    lengths = np.random.default_rng(0).integers(2, 50, size=2000)
    (epoch,) = epochs_of(TrainingWindows(histories_of(lengths), WindowConfig(50, batch_size=32)), 1)
    cells = sum(batch["history"].size for batch in epoch)
    assert sum(np.count_nonzero(batch["history"]) for batch in epoch) > 0.9 * cells


@pytest.mark.parametrize("lengths", [[1, 1, 1], [0, 1], []])
def test_histories_without_a_second_item_leave_nothing_to_learn(lengths):
    with pytest.raises(InputError, match=f"no user has two interactions \\({len(lengths)} users\\)") as refused:
        TrainingWindows(histories_of(lengths), WindowConfig())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("context", [5, 6])
def test_context_that_fills_the_window_is_refused(context):
    with pytest.raises(InputError, match=f"^context is {context}, but must be below max_length, which is 5") as refused:
        TrainingWindows(histories_of([9]), WindowConfig(max_length=5, context=context))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("settings", [{"max_length": 0}, {"context": -1}, {"batch_size": 0}, {"batchsize": 3}])
def test_settings_out_of_bounds_or_unheard_of_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        WindowConfig(**settings)
