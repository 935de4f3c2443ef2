"""Learning-rate schedules."""

import tensorflow as tf


def warm_up_and_decay(peak: float, warm_up: float, steps: int) -> tf.keras.optimizers.schedules.LearningRateSchedule:
    """Linear warm-up to the peak, then cosine decay to a hundredth of it at the last step.

    Args:
        peak: the highest learning rate.
        warm_up: share of the steps that the warm-up takes.
        steps: of the whole training.
    """
    rising = int(steps * warm_up)
    return tf.keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100 if rising else peak,
        decay_steps=max(steps - rising, 1),
        alpha=0.01,
        warmup_target=peak if rising else None,
        warmup_steps=rising,
    )
