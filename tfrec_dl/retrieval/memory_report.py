"""Logs the memory that a training needs, and what to change if it is too much."""

import logging
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.disk import free_bytes, megabytes
from tfrec_dl.errors import InputError
from tfrec_dl.logs import LoggedTable, log_table
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.memory_estimate import SizeEstimate, estimate_size
from tfrec_dl.retrieval.model_shape import ModelShape

logger = logging.getLogger(__name__)

LARGE = 2**30  # an estimate of this many bytes or more, besides those in use, is logged in parts
RARE = 5  # items with fewer interactions are the first to leave out
WORTH = 0.02  # share of the memory that a change must save to be listed


def announce_size(
    recipe: Recipe,
    vocabulary: Vocabulary,
    folder: Path,
    targets: int | None = None,
    strategy: tf.distribute.Strategy | None = None,
    shape: ModelShape | None = None,
) -> SizeEstimate:
    """Estimates the size of a training, logs it, and warns if it does not fit in memory.

    Args:
        recipe: recipe of one network.
        vocabulary: the items.
        folder: folder of the run.
        targets: as for `estimate_size`.
        strategy: strategy of the training.
        shape: as for `estimate_size`.

    Raises:
        InputError: if its checkpoints do not fit on the disk.
    """
    replicas = _copies(strategy)
    estimate = estimate_size(recipe, vocabulary, targets, replicas, shape)
    log_estimate(estimate)
    if estimate.limit is not None and not estimate.fits:
        changes = "; ".join(
            f"{change}: {readable(size)}" for change, size in savings(recipe, vocabulary, targets, replicas).items()
        )
        logger.warning(
            "this training needs about %s of memory, but only %s are available. What would take less: %s.",
            readable(estimate.memory),
            readable(estimate.limit),
            changes or "none of the usual changes; use a larger machine",
        )
    # Files already written by a resumed run count as available space.
    written = sum(path.stat().st_size for path in (folder / "checkpoints").rglob("*") if path.is_file())
    free = free_bytes(folder) + written
    if estimate.checkpoints > free:
        raise InputError(
            f"no space for this training in {folder}: its checkpoints take about {megabytes(estimate.checkpoints)}: "
            f"free {megabytes(estimate.checkpoints - free)} and run the same command again, or choose another folder."
        )
    return estimate


def log_estimate(estimate: SizeEstimate) -> None:
    """Logs a small estimate on one line, otherwise a table."""
    of_all = "" if estimate.limit is None else f" of {readable(estimate.limit)}"
    disk = f"{readable(estimate.checkpoints)} of disk for checkpoints, {readable(estimate.export)} for an export"
    if estimate.fits and estimate.memory - estimate.loaded < LARGE:
        logger.info("memory: about %s%s; %s", readable(estimate.memory), of_all, disk)
        return
    shared = "" if estimate.rows >= estimate.items else f" for {estimate.items:,} items"
    parts = (
        ("TensorFlow and the data, already loaded", estimate.loaded),
        (f"tables of items, {estimate.rows:,} rows{shared}", estimate.tables),
        ("biases of items", estimate.biases),
        ("network", estimate.network),
        ("optimiser state", estimate.slots),
        ("activations, logits and gradients of a step", estimate.step),
        ("evaluation: all items' vectors, a block of scores", estimate.evaluation),
    )
    footer = (f"in all{of_all and ',' + of_all}", readable(estimate.memory))
    rows = [(part, readable(size)) for part, size in parts]
    log_table(logger, LoggedTable("what this training takes, roughly", ("memory", ""), rows, footer, numbers=(1,)))
    logger.info("%s", disk)


def savings(recipe: Recipe, vocabulary: Vocabulary, targets: int | None = None, replicas: int = 1) -> dict[str, int]:
    """Returns changes that save memory -> bytes needed with them, the best first, and all of them together last.

    Args:
        recipe: recipe of one network.
        vocabulary: the items.
        targets: as for `estimate_size`.
        replicas: as for `estimate_size`.
    """

    def needed(settings: dict[str, Any], items: Vocabulary = vocabulary) -> int:
        return estimate_size(recipe.with_settings(settings), items, targets, replicas).memory

    now, settings = needed({}), _cheaper_settings(recipe, vocabulary)
    found = {f"--set {name}={value}": needed({name: value}) for name, value in settings.items()}
    frequent = int((vocabulary.counts >= RARE).sum())
    common = Vocabulary(vocabulary.ids[:frequent], vocabulary.counts[:frequent]) if frequent else vocabulary
    found[f"--min-count {RARE} ({frequent:,} items)"] = needed({}, common)
    found = {change: size for change, size in found.items() if size < now * (1 - WORTH)}
    found = dict(sorted(found.items(), key=lambda change: change[1]))
    if len(found) > 1:
        found["all of these"] = needed(settings, common)
    return found


def readable(size: int) -> str:
    """Formats bytes as "1.2 GiB" or "12 MiB"."""
    return f"{size / 2**30:,.1f} GiB" if size >= 2**30 // 10 else f"{size / 2**20:,.0f} MiB"


def _cheaper_settings(recipe: Recipe, vocabulary: Vocabulary) -> dict[str, Any]:
    """Returns setting -> value that needs less memory."""
    training = recipe.training
    found: dict[str, Any] = {}
    if training.optimizer == "adam":
        found["optimizer"] = "adagrad"
    if training.batch_size > 1:
        found["batch_size"] = training.batch_size // 2
    return {**found, **recipe.family.cheaper_settings(recipe, vocabulary)}


def _copies(strategy: tf.distribute.Strategy | None) -> int:
    """Counts copies of the weights in this machine's memory: one for each CPU replica."""
    if not isinstance(strategy, tf.distribute.MirroredStrategy):
        return 1
    return max(sum("CPU" in device for device in strategy.extended.worker_devices), 1)
