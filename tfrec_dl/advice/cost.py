"""Cost of a training on this machine: time, measured over a few steps, and memory, estimated."""

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

STEPS = 8  # timed steps, after one that traces


@dataclass(frozen=True)
class Cost:
    """Approximate cost of a training.

    Attributes:
        epoch_seconds: seconds per epoch, without validation.
        epochs: largest number of epochs; early stopping may end the training sooner.
        memory: peak memory of the process in bytes.
    """

    epoch_seconds: float
    epochs: int
    memory: int

    @property
    def seconds(self) -> float:
        """Seconds of all epochs."""
        return self.epoch_seconds * self.epochs


def cost_of(recipe: Recipe, dataset: InteractionDataset) -> Cost:
    """Measures the cost of a recipe of one network: trains it for a few steps, then discards it.

    Args:
        recipe: recipe with the settings that it would be trained with.
        dataset: data to train on.
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
    """Times training steps, without the first one, which traces, if there are more."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = [time.perf_counter()]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.ends.append(time.perf_counter())

    @property
    def seconds_a_step(self) -> float:
        ends = self.ends[1:] if len(self.ends) > 2 else self.ends
        return (ends[-1] - ends[0]) / (len(ends) - 1)
