"""Batches of whole lists."""

from itertools import islice

import numpy as np
import pytest

from tests.impressions import impressions_of, shown
from tfrec_dl.ranking.data.batches import Batch, RankingBatches, RankingRows
from tfrec_dl.ranking.data.events import Events, Levels
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_in_time

FEEDBACK = Feedback(click="click", conversion="order", weight="rating")


@pytest.fixture(scope="module")
def split() -> ImpressionSplit:
    frame = shown(lists=60)
    frame = frame[np.random.default_rng(0).random(len(frame)) < 0.7]  # lists of 1 to 5
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    return split_in_time(impressions_of(frame, FEEDBACK, lists=("list",), position="position"))


@pytest.fixture(scope="module")
def rows(split) -> RankingRows:
    """Indices that show where they come from: user 100 + code, item 200 + code, the row's number as its context."""
    table = split.impressions
    users, items = (np.arange(len(ids), dtype=np.int32) for ids in (table.user_ids, table.item_ids))
    number = np.arange(len(table), dtype=np.float32)
    return RankingRows(table, Events.of(split, Levels()), users + 100, items + 200, 4, {"row": number[:, None]})


def epoch(batches: RankingBatches, number: int) -> list[Batch]:
    """Of an endless dataset that begins with an epoch."""
    return list(islice(batches.dataset(number).as_numpy_iterator(), batches.steps_per_epoch))


def numbers(batches: list[Batch]) -> list[int]:
    return np.concatenate([batch["context/row"][:, 0] for batch in batches]).astype(int).tolist()


@pytest.mark.parametrize("size", [1, 7, 32, 10_000])
def test_epoch_holds_each_row_once_and_lists_whole(rows, split, size):
    batches = RankingBatches(rows, split.train, size)
    found = epoch(batches, 0)
    assert sorted(numbers(found)) == split.train.tolist()
    assert batches.impression_count == len(split.train)
    lists = split.impressions.lists
    assert batches.list_count == len(np.unique(lists[split.train]))
    for batch in found:
        own = lists[batch["context/row"][:, 0].astype(int)]
        count = len(np.unique(own))
        assert np.isin(lists[split.train], own).sum() == len(own)  # whole
        assert batch["list"].tolist() == sorted(batch["list"].tolist())
        assert np.unique(batch["list"]).tolist() == list(range(count))
        assert len(np.unique(np.stack([batch["list"], own]), axis=1).T) == count
        assert len(batch["history"]) == count


def test_batches_are_about_as_large_as_asked(rows, split):
    sizes = [len(batch["list"]) for batch in epoch(RankingBatches(rows, split.train, 30), 0)]
    assert 20 < np.mean(sizes[:-1]) < 40


def test_epochs_differ_and_are_a_function_of_the_seed_and_their_number(rows, split):
    batches = RankingBatches(rows, split.train, 16, seed=3)
    straight = list(islice(batches.dataset().as_numpy_iterator(), 4 * batches.steps_per_epoch))
    epochs = [
        straight[start : start + batches.steps_per_epoch] for start in range(0, len(straight), batches.steps_per_epoch)
    ]
    assert len({tuple(numbers(each)) for each in epochs}) == 4
    continued = epoch(RankingBatches(rows, split.train, 16, seed=3), 2)
    for batch, other in zip(continued, epochs[2], strict=True):
        for name, values in batch.items():
            np.testing.assert_array_equal(values, other[name])
    assert numbers(epoch(RankingBatches(rows, split.train, 16, seed=4), 2)) != numbers(continued)


def test_row_brings_all_that_is_its_own(rows, split):
    table, events = split.impressions, rows.events
    for number, batch in RankingBatches(rows, split.test, 8).in_order():
        np.testing.assert_array_equal(batch["context/row"][:, 0], number)
        np.testing.assert_array_equal(batch["user"], 100 + table.users[number])
        np.testing.assert_array_equal(batch["item"], 200 + table.items[number])
        np.testing.assert_array_equal(batch["label/click"], table.labels["click"][number])
        np.testing.assert_array_equal(batch["label/conversion"], table.labels["conversion"][number])
        np.testing.assert_array_equal(batch["weight"], table.weights[number])
        np.testing.assert_array_equal(batch["position"], table.positions[number])
        for row, place in zip(number, batch["list"], strict=True):
            past = events.before(table.lists[[row]], 4)[0]
            past = past[past >= 0]
            history, level = (batch[name][place] for name in ("history", "level"))
            assert history[: len(past)].tolist() == (200 + events.items[past]).tolist()
            assert level[: len(past)].tolist() == events.levels[past].tolist()
            assert not history[len(past) :].any()
            assert not level[len(past) :].any()


def test_in_order_gives_each_list_once_in_the_order_of_the_table(rows, split):
    found = np.concatenate([number for number, _ in RankingBatches(rows, split.test, 8).in_order()])
    assert np.sort(found).tolist() == split.test.tolist()
    lists = split.impressions.lists[found]
    assert (np.diff(lists) >= 0).all()


def test_histories_drawn_at_random_are_a_function_of_the_seed_and_the_epoch(rows, split):
    def batches(seed: int) -> RankingBatches:
        return RankingBatches(rows, split.train, 16, seed, drawn=3)

    steps = batches(3).steps_per_epoch
    straight = list(islice(batches(3).dataset().as_numpy_iterator(), 3 * steps))
    for batch, other in zip(epoch(batches(3), 2), straight[2 * steps :], strict=True):
        for name, values in batch.items():
            np.testing.assert_array_equal(values, other[name])
    assert all(batch["history"].shape[1] <= 3 for batch in straight)
    last = [batch["history"] for _, batch in batches(3).in_order()]
    assert max(history.shape[1] for history in last) == 4  # outside training the last ones are read
