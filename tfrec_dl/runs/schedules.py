"""Learning-rate schedules."""

from __future__ import annotations

from typing import Any, TypeAlias

import tensorflow as tf

Schedule: TypeAlias = tf.keras.optimizers.schedules.LearningRateSchedule


def warm_up_and_decay(peak: float, warm_up: float, steps: int, begins_at: int = 0) -> Schedule:
    """Linear warm-up to the peak, then cosine decay to a hundredth of it at the last step.

    Args:
        peak: the highest learning rate.
        warm_up: share of the steps that the warm-up takes.
        steps: of the whole training.
        begins_at: the optimiser's step that is the training's first: those before it are of a training it goes on from.
    """
    rising = int(steps * warm_up)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100 if rising else peak,
        decay_steps=max(steps - rising, 1),
        alpha=0.01,
        warmup_target=peak if rising else None,
        warmup_steps=rising,
    )
    return Later(schedule, begins_at) if begins_at else schedule


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Later(Schedule):
    """A schedule that begins at a later step.

    Args:
        schedule: from its own step 0 on.
        begins_at: the step that is its step 0.
    """

    def __init__(self, schedule: Schedule, begins_at: int) -> None:
        super().__init__()
        self.schedule = schedule
        self.begins_at = begins_at

    def __call__(self, step: tf.Tensor | int) -> tf.Tensor:
        """The rate at a step."""
        return self.schedule(step - self.begins_at)

    def get_config(self) -> dict[str, Any]:
        """The arguments to build it again."""
        return {
            "schedule": tf.keras.optimizers.schedules.serialize(self.schedule),
            "begins_at": self.begins_at,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Later:
        """Builds it again."""
        return cls(tf.keras.optimizers.schedules.deserialize(config["schedule"]), config["begins_at"])
