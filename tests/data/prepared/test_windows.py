"""Windows read from shards against those of the table in memory."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared import windows as prepared_windows
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.prepared.windows import StreamedWindows
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.training.batches import Part
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.errors import InputError

CONFIG = WindowConfig(max_length=5, context=2, batch_size=8, seed=3)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    """A folder in which every interaction is another item; its split in memory."""
    generator = np.random.default_rng(0)
    users = np.repeat(np.arange(80), generator.integers(1, 30, 80))
    frame = pd.DataFrame({"user_id": users, "item_id": np.arange(len(users)), "weight": np.arange(len(users)) / 2 + 1})
    path = tmp_path_factory.mktemp("numbered") / "table.parquet"
    frame.to_parquet(path)
    # Items of the training part alone are in the vocabulary: the histories are those of the table without its ends.
    split = leave_last_out(Interactions.read(path))
    return prepare(PrepareConfig((str(path),), shards=7), path.parent / "out"), split


def batches_of(windows, steps, first_step=0, part=Part()):  # noqa: B008
    return list(windows.dataset(first_step, part).take(steps).as_numpy_iterator())


def same(first, second):
    return len(first) == len(second) and all(
        a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
        for a, b in zip(first, second, strict=True)
    )


def rows_of(batches):
    """Inputs, targets and weights of each window; checks the padding on the way."""
    for batch in batches:
        for row, inputs in enumerate(batch["history"]):
            length = np.count_nonzero(inputs)
            assert (inputs[:length] > 0).all()
            assert not batch["next_item"][row, length:].any()
            if length:
                yield inputs[:length], batch["next_item"][row, :length], batch["weight"][row, :length]


def targets_of(batches):
    return Counter(item for _, following, _ in rows_of(batches) for item in following[following > 0].tolist())


def all_targets(split):
    return Counter(item for row in range(len(split.train)) for item in split.train.row(row)[1:].tolist())


@pytest.mark.parametrize(("max_length", "context"), [(1, 0), (4, 0), (5, 2), (13, 12), (40, 20)])
def test_every_pass_trains_on_every_interaction_once_in_its_context(numbered, max_length, context):
    folder, split = numbered
    config = WindowConfig(max_length, context, batch_size=16, seed=1)
    windows, in_memory = StreamedWindows(folder, config), TrainingWindows(split.train, config)
    for name in ("window_count", "target_count", "steps_per_epoch"):
        assert getattr(windows, name) == getattr(in_memory, name)
    follows, firsts, weight_of = {}, set(), {}
    for row in range(len(split.train)):
        items = split.train.row(row).tolist()
        follows.update(zip(items, items[1:], strict=False))
        firsts.update(items[:1])
        weight_of.update(zip(items, split.train.select([row]).weights.tolist(), strict=True))
    steps = windows.steps_per_epoch
    batches = batches_of(windows, 2 * steps)
    for number in range(2):
        one = batches[number * steps : (number + 1) * steps]
        assert targets_of(one) == all_targets(split)
        assert sum(len(batch["history"]) for batch in one) == windows.window_count
        assert all(len(batch["history"]) <= 16 for batch in one)
        for inputs, following, weights in rows_of(one):
            assert len(inputs) <= max_length
            assert inputs[1:].tolist() == [follows[item] for item in inputs[:-1]]
            only_read = 0 if inputs[0] in firsts else context
            expected = [0] * only_read + [follows[item] for item in inputs[only_read:]]
            assert following.tolist() == expected
            np.testing.assert_allclose(weights, [weight_of.get(item, 0) for item in expected])


def test_passes_differ_and_cut_elsewhere(numbered):
    windows = StreamedWindows(numbered[0], CONFIG)
    steps = windows.steps_per_epoch
    first, second = (batches_of(windows, steps, number * steps) for number in range(2))
    assert not same(first, second)
    starts = [{int(inputs[0]) for inputs, _, _ in rows_of(batches)} for batches in (first, second)]
    assert starts[0] != starts[1]


def test_seed_decides_the_batches(numbered):
    folder, _ = numbered
    steps = StreamedWindows(folder, CONFIG).steps_per_epoch
    expected = batches_of(StreamedWindows(folder, CONFIG), steps)
    assert same(expected, batches_of(StreamedWindows(folder, CONFIG), steps))
    other = WindowConfig(CONFIG.max_length, CONFIG.context, CONFIG.batch_size, seed=4)
    assert not same(expected, batches_of(StreamedWindows(folder, other), steps))


@pytest.mark.parametrize("first_step", [17, 171])
def test_dataset_from_a_later_step_goes_on_where_uninterrupted_training_would_be(numbered, first_step):
    windows = StreamedWindows(numbered[0], CONFIG)
    assert same(batches_of(windows, first_step + 9)[first_step:], batches_of(windows, 9, first_step))


def test_blocks_change_no_count(numbered, monkeypatch):
    """However little is shuffled at a time, batches are full but for the last of a pass."""
    monkeypatch.setattr(prepared_windows, "BLOCK_WINDOWS", 1)
    monkeypatch.setattr(prepared_windows, "RECORDS", 3)
    folder, split = numbered
    windows = StreamedWindows(folder, WindowConfig(5, 2, batch_size=4, seed=3))
    batches = batches_of(windows, windows.steps_per_epoch)
    assert targets_of(batches) == all_targets(split)
    assert sorted(len(batch["history"]) for batch in batches)[1:] == [4] * (windows.steps_per_epoch - 1)


def test_batches_hold_windows_of_like_length(numbered):
    folder, _ = numbered
    batches = batches_of(StreamedWindows(folder, WindowConfig(30, batch_size=4)), 19)
    cells = sum(batch["history"].size for batch in batches)
    assert sum(np.count_nonzero(batch["history"]) for batch in batches) > 0.9 * cells


def test_processes_read_shards_of_their_own_and_together_all(numbered):
    processes = 3
    folder, split = numbered
    windows = StreamedWindows(folder, WindowConfig(5, 2, batch_size=6, seed=3))
    together: Counter[int] = Counter()
    for process in range(processes):
        part = Part(process, 1, processes)
        own = windows._shard_windows[process::processes].sum()
        steps = -(-own // (6 // processes))
        batches = batches_of(windows, 2 * steps, 0, part)
        first, second = batches[:steps], batches[steps:]
        assert sum(len(batch["history"]) for batch in first) == own
        assert targets_of(first) == targets_of(second)
        assert not set(targets_of(first)) & set(together)
        together.update(targets_of(first))
    assert same(batches_of(windows, 5, steps + 2, part), second[2:7])
    assert together == all_targets(split)


def test_asynchronous_workers_read_shards_of_their_own_and_together_all(numbered):
    folder, split = numbered
    windows = StreamedWindows(folder, CONFIG)
    together: Counter[int] = Counter()
    for worker in range(2):
        steps = -(-windows._shard_windows[worker::2].sum() // CONFIG.batch_size)
        batches = batches_of(windows, steps, 0, Part(worker=worker, workers=2))
        assert len(batches[0]["history"]) == CONFIG.batch_size
        together.update(targets_of(batches))
        # Of the first eleven steps of all, worker 1 has five.
        if worker:
            assert same(batches_of(windows, 4, 11, Part(worker=worker, workers=2)), batches[5:9])
    assert together == all_targets(split)


@pytest.mark.parametrize("replicas", [2, 3])
def test_local_replicas_share_the_rows_of_a_batch(numbered, replicas):
    windows = StreamedWindows(numbered[0], CONFIG)
    whole = batches_of(windows, windows.steps_per_epoch)
    shares = batches_of(windows, windows.steps_per_epoch * replicas, 0, Part(0, replicas, replicas))
    if CONFIG.batch_size % replicas == 0:
        for step, batch in enumerate(whole):
            parts = shares[step * replicas : (step + 1) * replicas]
            for name in batch:
                joined = np.concatenate([part[name] for part in parts])
                np.testing.assert_array_equal(joined[: len(batch[name])], batch[name])
                assert not joined[len(batch[name]) :].any()
    assert len({len(share["history"]) for share in shares[:-replicas]}) <= 2
    again = batches_of(windows, 2 * replicas, 3, Part(0, replicas, replicas))
    assert same(again, shares[3 * replicas : 5 * replicas])


def test_more_readers_than_shards_are_refused(numbered):
    with pytest.raises(InputError, match=r"7 shards are too few for 8 processes, .* --shards 32 or more"):
        StreamedWindows(numbered[0], CONFIG).dataset(0, Part(0, 1, 8))


def test_nothing_to_learn_from_is_refused(tmp_path):
    pd.DataFrame({"user_id": [1, 1, 1], "item_id": [1, 2, 3]}).to_parquet(tmp_path / "t.parquet")
    folder = prepare(PrepareConfig((str(tmp_path / "t.parquet"),)), tmp_path / "out")
    with pytest.raises(InputError, match="no user has two interactions"):
        StreamedWindows(folder, CONFIG)


def test_context_that_fills_the_window_is_refused(numbered):
    with pytest.raises(InputError, match="context is 5"):
        StreamedWindows(numbered[0], WindowConfig(5, 5))


def test_number_of_an_asynchronous_worker_may_be_known_in_the_graph_alone(numbered):
    """So it is where a coordinator makes the datasets of its workers."""
    windows = StreamedWindows(numbered[0], CONFIG)

    @tf.function
    def first_inputs(worker):
        first = tf.zeros([], tf.int32)
        for batch in windows.dataset(11, Part(worker=worker, workers=2)).take(1):
            first = batch["history"][0, 0]
        return first

    for worker in range(2):
        (batch,) = batches_of(windows, 1, 11, Part(worker=worker, workers=2))
        assert first_inputs(tf.constant(worker, tf.int64)).numpy() == batch["history"][0, 0]
