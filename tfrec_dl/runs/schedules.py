"""Learning-rate schedules."""

import tensorflow as tf


def warm_up_and_decay(peak: float, warm_up: float, steps: int) -> tf.keras.optimizers.schedules.LearningRateSchedule:
    """Linear warm-up to the peak, then cosine decay to one hundredth of the peak at the last step.

    Args:
        peak: maximum learning rate.
        warm_up: share of the steps used for the warm-up.
        steps: total number of training steps.
    """
    rising = int(steps * warm_up)
    return tf.keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100 if rising else peak,
        decay_steps=max(steps - rising, 1),
        alpha=0.01,
        warmup_target=peak if rising else None,
        warmup_steps=rising,
    )
