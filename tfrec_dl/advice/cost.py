"""What a training will cost on this machine: seconds measured over a few steps, memory estimated."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tfrec_dl.data.interaction_dataset import InteractionDataset
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model, steps_per_epoch, training_batches
from tfrec_dl.retrieval.memory_estimate import estimate_size

STEPS = 8  # that are timed, after one that traces


@dataclass(frozen=True)
class Cost:
    """What a training takes, about.

    Attributes:
        epoch_seconds: of one pass, validation apart.
        epochs: passes at most; patience may end it before.
        memory: bytes of the process at its peak.
    """

    epoch_seconds: float
    epochs: int
    memory: int

    @property
    def seconds(self) -> float:
        """Of all passes."""
        return self.epoch_seconds * self.epochs


def cost_of(recipe: Recipe, dataset: InteractionDataset) -> Cost:
    """Trains a recipe of one network for a few steps and throws it away.

    Args:
        recipe: as it would be trained.
        dataset: to train on.
    """
    split, items, users = dataset.split, dataset.features["items"], dataset.features["users"]
    training = recipe.training
    batches = training_batches(recipe.family.batches(recipe.model), split, training, user_ids=users is not None)
    size = estimate_size(recipe, split.vocabulary, batches.target_count)
    fitted = recipe.family.fitted(recipe.model, split, items, users)
    model = build_model(recipe, split.vocabulary, items, users, fitted)
    steps = steps_per_epoch(training, batches)
    compile_model(model, training, steps)
    clock = _Clock()
    model.fit(batches.dataset(0), steps_per_epoch=min(STEPS + 1, steps), callbacks=[clock], verbose=0)
    return Cost(clock.seconds_a_step * steps, training.epochs, size.memory)


class _Clock(tf.keras.callbacks.Callback):
    """Seconds that steps take, the first one, which traces, apart where there are more."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = [time.perf_counter()]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.ends.append(time.perf_counter())

    @property
    def seconds_a_step(self) -> float:
        ends = self.ends[1:] if len(self.ends) > 2 else self.ends
        return (ends[-1] - ends[0]) / (len(ends) - 1)
