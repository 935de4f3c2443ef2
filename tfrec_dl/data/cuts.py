"""Where histories are cut into windows."""

from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from tfrec_dl.data.windows import WindowConfig


def windows_and_slack(targets: tf.Tensor, max_length: int, stride: int) -> tuple[tf.Tensor, tf.Tensor]:
    """How many windows histories take, and how far their cuts may move.

    Args:
        targets: [H] int64, of each history.
        max_length: targets of a history's first window.
        stride: targets of every further one.

    Returns:
        [H] int64 each; a history without targets has no window.
    """
    further = tf.maximum(-((max_length - targets) // stride), 0)
    slack = tf.where(further > 0, max_length + further * stride - targets, 0)
    return tf.where(targets > 0, 1 + further, 0), slack


def placed(
    begin: tf.Tensor,
    targets: tf.Tensor,
    shift: tf.Tensor,
    history: tf.Tensor,
    ordinal: tf.Tensor,
    config: "WindowConfig",
) -> tf.Tensor:
    """Lays windows over histories.

    Args:
        begin: [H] int64, where each history's items start.
        targets: [H] int64, of each history.
        shift: [H] int64, targets that its first window falls short of `max_length`, at most the slack.
        history: [W] int64, of each window.
        ordinal: [W] int64, number of each window in its history.
        config: lengths.

    Returns:
        [W, 4] int64: start, length, context, history.
    """
    stride = config.max_length - config.context
    shift, is_first = tf.gather(shift, history), tf.equal(ordinal, 0)
    reach = tf.where(is_first, config.max_length - shift, stride)
    first = tf.where(is_first, tf.ones_like(shift), 1 + config.max_length - shift + (ordinal - 1) * stride)
    last = tf.minimum(first + reach - 1, tf.gather(targets, history))
    context = tf.where(is_first, tf.zeros_like(shift), config.context)
    start = tf.gather(begin, history) + first - 1 - context
    return tf.stack([start, last - first + 1 + context, context, history], axis=1)
