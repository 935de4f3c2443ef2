"""Seconds of a full softmax with gradients: our loss, in blocks, and TensorFlow's on all scores at once, in turn.

python -m benchmarks.full_softmax
"""

import time
from collections.abc import Callable
from typing import Annotated

import numpy as np
import tensorflow as tf
import typer

from tfrec_dl.losses.log_partition import block_rows, log_partition

TARGET = 0  # of every query; which it is does not matter


def main(
    items: Annotated[str, typer.Option(help="Comma-separated catalogue sizes.")] = "3416,12101,20000",
    targets: Annotated[int, typer.Option(help="Targets per step.", min=1)] = 12_800,
    width: Annotated[int, typer.Option(help="Width of the vectors.", min=1)] = 65,
    repeats: Annotated[
        int, typer.Option(help="Timings of each method, taken in turn; medians are printed.", min=1)
    ] = 7,
) -> None:
    """Prints a line for each size."""
    print("| items | targets of a block | in one piece, s | in blocks, s | ratio |\n|---|---|---|---|---|")
    for size in map(int, items.split(",")):
        rng = np.random.default_rng(0)
        queries = tf.constant(rng.normal(size=[targets, width]), tf.float32)
        vectors = tf.constant(0.1 * rng.normal(size=[size, width]), tf.float32)
        steps = [_step(_in_one_piece, queries, vectors), _step(_in_blocks, queries, vectors)]
        seconds: list[list[float]] = [[], []]
        for _ in range(repeats + 1):  # the first is traced
            for step, found in zip(steps, seconds, strict=True):
                start = time.perf_counter()
                step()
                found.append(time.perf_counter() - start)
        piece, blocks = (float(np.median(found[1:])) for found in seconds)
        print(f"| {size:,} | {block_rows(size):,} | {piece:.2f} | {blocks:.2f} | {blocks / piece:.2f} |", flush=True)


def _in_one_piece(queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
    scores = tf.linalg.matmul(queries, items, transpose_b=True)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.fill(tf.shape(queries)[:1], TARGET), scores)


def _in_blocks(queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
    return log_partition(queries, items) - tf.linalg.matvec(queries, items[TARGET])


def _step(sums: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], queries: tf.Tensor, items: tf.Tensor) -> Callable:
    """The mean loss of a step, and its gradients, as a graph."""

    @tf.function
    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch([queries, items])
            mean = tf.reduce_mean(sums(queries, items))
        return [mean, *tape.gradient(mean, [queries, items])]

    return lambda: [part.numpy() for part in step()]


if __name__ == "__main__":
    typer.run(main)
