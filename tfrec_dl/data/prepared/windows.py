"""Training windows read from shards; only one block of the data is in memory at a time."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.records import ITEMS, WEIGHTS, decode
from tfrec_dl.data.training.batches import WHOLE, Batch, Part
from tfrec_dl.data.training.cuts import WindowConfig, cut, window_counts
from tfrec_dl.data.training.windows import CHUNK_BATCHES
from tfrec_dl.errors import InputError

RECORDS = 256  # parsed at a time
OPEN_SHARDS = 16  # read in turns
BLOCK_WINDOWS = 1 << 15  # shuffled at a time
BLOCK_BYTES = 32 << 20  # size limit of a block, unless batches are larger
READER_SEEDS = 1 << 32  # number of passes before the seeds of one reader would reach those of the next


class StreamedWindows:
    """Cuts the histories of a prepared folder into windows while reading them, anew each pass.

    A pass reads the shards in a new order, several in turns. Windows are collected in blocks, which are shuffled and
    cut into batches as `TrainingWindows` does with all windows of an epoch.

    Processes and asynchronous workers read separate shards, each over and over. One whose shards hold a little more
    data than another's is therefore a little behind with its passes.

    Args:
        folder: folder with the histories.
        config: lengths, batch size and seed.

    Raises:
        InputError: if no history has two items, or the context fills the window.
    """

    def __init__(self, folder: PreparedFolder, config: WindowConfig) -> None:
        if config.context >= config.max_length:
            raise InputError(
                f"context is {config.context}, but must be below max_length, which is {config.max_length}."
            )
        self.config = config
        self._folder = folder
        shard, length, histories = folder.lengths.T
        targets = np.maximum(length - 1, 0)
        windows = np.asarray(window_counts(targets, config)[0])
        self._shard_windows = np.zeros(len(folder.shards), np.int64)
        np.add.at(self._shard_windows, shard, windows * histories)
        self.target_count = int((targets * histories).sum())
        if not self.target_count:
            raise InputError(
                f"no user has two interactions ({folder.size['users']} users): nothing to learn from; "
                "bring longer histories."
            )

    @property
    def window_count(self) -> int:
        """Number of windows per pass."""
        return int(self._shard_windows.sum())

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches per pass; the last one of a pass may be smaller."""
        return -(-self.window_count // self.config.batch_size)

    def dataset(self, first_step: int = 0, part: Part = WHOLE) -> tf.data.Dataset:
        """Returns an endless dataset, pass after pass.

        The content of a step depends only on the seed, its number and the part. To resume in the middle of a pass, the
        pass is read again up to that point.

        Args:
            first_step: number of the first step, from 0.
            part: part of the global batches; by default all.

        Returns:
            Batches {"history": [B, l] int32, "next_item": [B, l] int32, and "weight": [B, l] float32 if interactions
            have weights}, as in `TrainingWindows`.

        Raises:
            InputError: if there are fewer shards with histories than processes or workers.
        """
        processes = part.all_replicas // part.replicas
        readers = processes * part.workers
        # Of all readers, because the worker's number may be known only in the graph.
        windows = np.array([self._shard_windows[reader::readers].sum() for reader in range(readers)])
        if not windows.all():
            raise InputError(
                f"{len(self._shard_windows)} shards are too few for {readers} processes, each of which reads its own: "
                f"prepare the table with --shards {4 * readers} or more."
            )
        local_batch = -(-self.config.batch_size // part.all_replicas) * part.replicas
        worker = tf.cast(part.worker, tf.int64)
        reader = worker * processes + part.first_replica // part.replicas
        steps = tf.constant(-(-windows // local_batch))[reader]
        first = -((worker - first_step) // part.workers)  # the global steps before it that are this worker's
        paths = tf.constant([str(path) for path in self._folder.shards])[reader::readers]

        def batches(number: tf.Tensor) -> tf.data.Dataset:
            return self._pass(number, reader, paths, local_batch, part.replicas)

        passes = tf.data.Dataset.range(first // steps, np.iinfo(np.int64).max).flat_map(batches)
        options = tf.data.Options()
        options.deterministic = True
        return passes.skip(first % steps * part.replicas).prefetch(8).with_options(options)

    def _pass(
        self, number: tf.Tensor, reader: tf.Tensor, paths: tf.Tensor, batch_size: int, replicas: int
    ) -> tf.data.Dataset:
        """Returns the batches of one pass over some shards, for one replica after the other."""
        seeds = tf.random.split(tf.stack([self.config.seed, reader * READER_SEEDS + number]), 3)
        paths = tf.random.experimental.stateless_shuffle(paths, seeds[0])
        chunk = batch_size * CHUNK_BATCHES
        bytes_a_window = 4 * (self.config.max_length + 1) * (2 if self._folder.weighted else 1)
        block = max(1, min(BLOCK_WINDOWS, BLOCK_BYTES // bytes_a_window) // chunk) * chunk

        def planned(number: tf.Tensor, windows: Batch) -> tuple[Batch, tf.Tensor, tf.Tensor]:
            return windows, *_plan(windows["length"], batch_size, tf.random.fold_in(seeds[2], number))

        def batches(windows: Batch, rows: tf.Tensor, order: tf.Tensor) -> tf.data.Dataset:
            turns = tf.data.Dataset.range(tf.size(order, tf.int64) * replicas)
            return turns.map(
                lambda turn: _batch(windows, rows[order[turn // replicas] * batch_size :][:batch_size], turn, replicas),
                num_parallel_calls=2,
            )

        return (
            tf.data.Dataset.from_tensor_slices(paths)
            .interleave(
                lambda path: tf.data.TFRecordDataset(path).batch(RECORDS),
                cycle_length=OPEN_SHARDS,
                num_parallel_calls=2,
            )
            .enumerate()
            .map(lambda at, records: self._cut(records, tf.random.fold_in(seeds[1], at)), num_parallel_calls=2)
            .rebatch(block)
            .enumerate()
            .map(planned, num_parallel_calls=1)
            .prefetch(1)
            .flat_map(batches)
        )

    def _cut(self, records: tf.Tensor, seed: tf.Tensor) -> Batch:
        """Records [R] -> windows {"items": [W, max_length + 1] int32, "length", "context": [W] int32, "weights"}."""
        read = decode(records, self._folder.weighted)
        begin, lengths = read[ITEMS].row_starts(), read[ITEMS].row_lengths()
        targets = tf.maximum(lengths - 1, 0)
        plan = cut(begin, targets, self.config, seed)

        start, length = plan[:, 0:1], plan[:, 1:2]
        position = tf.range(self.config.max_length + 1, dtype=tf.int64)[None, :]
        inside = position <= length
        at = tf.where(inside, start + position, 0)
        found = {
            "items": tf.where(inside, tf.gather(tf.cast(read[ITEMS].values, tf.int32), at), 0),
            "length": tf.cast(plan[:, 1], tf.int32),
            "context": tf.cast(plan[:, 2], tf.int32),
        }
        if self._folder.weighted:
            found["weights"] = tf.where(inside, tf.gather(read[WEIGHTS].values, at), 0.0)
        return found


def _plan(length: tf.Tensor, batch_size: int, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Plans the order of a block's windows [W], grouped by similar length, and that of its batches."""
    seeds = tf.random.split(seed, 2)
    rows = tf.random.experimental.stateless_shuffle(tf.range(tf.size(length, tf.int64)), seeds[0])
    chunk = tf.range(tf.size(length)) // (batch_size * CHUNK_BATCHES)
    longest = tf.reduce_max(length) + 1
    rows = tf.gather(rows, tf.argsort(chunk * longest + tf.gather(length, rows), stable=True))
    batches = -(-tf.size(length, tf.int64) // batch_size)
    return rows, tf.random.experimental.stateless_shuffle(tf.range(batches), seeds[1])


def _batch(windows: Batch, rows: tf.Tensor, turn: tf.Tensor, replicas: int) -> Batch:
    """Returns the windows at `rows` [B] of a block, or a replica's share of them."""
    width = tf.reduce_max(tf.gather(windows["length"], rows))
    # Numbered from 1, so that a padding row of zeros is no window.
    rows = Part(0, replicas, replicas).rows(rows + 1, turn % replicas) - 1
    real, rows = rows >= 0, tf.maximum(rows, 0)
    length = tf.where(real, tf.gather(windows["length"], rows), 0)[:, None]
    context = tf.gather(windows["context"], rows)[:, None]
    position = tf.range(width)[None, :]
    inside = position < length
    trained = inside & (position >= context)
    items = tf.gather(windows["items"], rows)
    batch = {
        "history": tf.where(inside, items[:, :width], 0),
        "next_item": tf.where(trained, items[:, 1 : width + 1], 0),
    }
    if "weights" in windows:
        batch["weight"] = tf.where(trained, tf.gather(windows["weights"], rows)[:, 1 : width + 1], 0.0)
    return batch
