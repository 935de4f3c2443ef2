"""`evaluate` against its physical lower bound: a bare float32 matrix product and top-10 of the same sizes.

    OPENBLAS_NUM_THREADS=2 python -m benchmarks.evaluation_speed

Starting from query vectors, `evaluate` ranks one target per user among all items, masks the items that the user has
seen, makes top-10 lists and computes the default metrics. `with the encoder` first encodes the histories with `gru`.
The baselines are TensorFlow's matmul with `tf.math.top_k` and NumPy's matmul with argpartition. Each is tried with
several block sizes, and the fastest counts. All methods take turns.
"""

from typing import Annotated

import numpy as np
import typer

from benchmarks.synthetic import catalogue, histories
from benchmarks.timing import interleaved, machine, print_table, use_threads
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.scorer import FactorScorer
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

NUMPY_BLOCKS = (64, 256, 1_024)
TENSORFLOW_BLOCKS = (64, 256, 1_024, 5_000)
K = 10


class GivenQueries(FactorScorer):
    """Scores with query vectors that are there already, those of user i in row i."""

    def __init__(self, vocabulary: Vocabulary, items: np.ndarray, queries: np.ndarray) -> None:
        super().__init__(vocabulary, items)
        self.given = queries

    def queries(self, histories: Histories) -> np.ndarray:
        return self.given[histories.user_ids.astype(int)]


def numpy_baseline(queries: np.ndarray, items: np.ndarray, block: int) -> None:
    for start in range(0, len(queries), block):
        scores = queries[start : start + block] @ items.T
        np.argpartition(scores, -K, axis=1)[:, -K:]


def tensorflow_baseline(queries: np.ndarray, items: np.ndarray, block: int) -> None:
    for start in range(0, len(queries), block):
        _best(queries[start : start + block], items)[0].numpy()


@tf.function(reduce_retracing=True)
def _best(queries: tf.Tensor, items: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.math.top_k(tf.linalg.matmul(queries, items, transpose_b=True), K)


def main(
    users: Annotated[int, typer.Option(min=1)] = 5_000,
    items: Annotated[int, typer.Option(min=100)] = 50_000,
    length: Annotated[int, typer.Option(help="Items in a history.", min=1)] = 100,
    repeats: Annotated[int, typer.Option(help="Timings per method.", min=1)] = 9,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Prints the table."""
    use_threads(threads)
    generator = np.random.default_rng(0)
    vocabulary = catalogue(items)
    cases = EvaluationCases(histories(items, users, length), histories(items, users, 1, seed=1))
    model = build_model(get_recipe("gru"), vocabulary)
    vectors = model.item_vectors().numpy()
    queries = generator.normal(size=(users, vectors.shape[1])).astype(np.float32)
    scorer = GivenQueries(vocabulary, vectors, queries)
    as_tensors = tf.constant(queries), tf.constant(vectors)
    ours, end_to_end = "`evaluate`, from query vectors on", "`evaluate`, with the encoder"
    baselines = {
        **{
            f"NumPy, blocks of {block:,}": lambda b=block: numpy_baseline(queries, vectors, b) for block in NUMPY_BLOCKS
        },
        **{
            f"TensorFlow, blocks of {block:,}": lambda b=block: tensorflow_baseline(*as_tensors, b)
            for block in TENSORFLOW_BLOCKS
        },
    }
    seconds = interleaved(
        {
            ours: lambda: evaluate(scorer, cases, vocabulary),
            end_to_end: lambda: evaluate(model, cases, vocabulary),
            **baselines,
        },
        repeats,
        warm_up=1,
    )
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    baseline = min(medians[name] for name in baselines)
    print(f"{machine()}; {threads} threads\n")
    print(
        f"{users:,} users, {items:,} items, D = {vectors.shape[1]}; medians of {repeats}; the fastest baseline is 1\n"
    )
    rows = [[name, f"{value:.2f}", f"{value / baseline:.2f}"] for name, value in medians.items()]
    print_table(["", "seconds", "times the baseline"], rows)


if __name__ == "__main__":
    typer.run(main)
