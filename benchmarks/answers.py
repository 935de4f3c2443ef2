"""Cost of an answer beyond ids and scores: recommendation ids, and item columns that are shown.

    python -m benchmarks.answers [--items 100000]

Turns lists of catalogue items into answers, on one thread. Every request does this once the best items are found.
"""

import time
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks.synthetic import catalogue
from benchmarks.timing import machine, print_table, use_threads
from tests.serving.stand_in import random_model
from tfrec_dl.serving.attributes.shown_source import ShownSource

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

ROWS = (1, 8, 64)
OUTPUTS = {
    "ids and scores": ("item_ids", "scores"),
    "and a recommendation id": ("item_ids", "scores", "recommendation_id"),
    "and title and year": ("item_ids", "scores", "recommendation_id", "title", "year"),
}


def main(
    items: Annotated[int, typer.Option(help="Items in the catalogue.")] = 100_000,
    places: Annotated[int, typer.Option(help="Items in a list.")] = 100,
    repeats: int = 2_000,
) -> None:
    """Prints the CPU time of an answer, a row of a request."""
    use_threads(1)
    draw = np.random.default_rng(0)
    module = random_model(items, 4, tied=True).serving_module(places)
    ids = [item.decode() for item in module.item_ids().numpy()]
    titles = [f"The title of film {item}" for item in catalogue(items).ids]
    table = pd.DataFrame({"item_id": ids, "title": titles, "year": draw.integers(1950, 2020, items)})
    module.show(ShownSource(table, ("title", "year")))
    rows = []
    for count in ROWS:
        indices = tf.constant(draw.integers(2, items + 2, [count, places]), tf.int32)
        scores = tf.random.stateless_uniform([count, places], [0, 1])
        calls = [
            tf.function(lambda indices, scores, names=names: [module.answer(indices, scores)[name] for name in names])
            for names in OUTPUTS.values()
        ]
        took = np.array([[_seconds(call, indices, scores) for call in calls] for _ in range(repeats // count)])
        rows.append([count, *(f"{1e6 * each / count:.1f}" for each in np.median(took[len(took) // 10 :], axis=0))])
    print(f"{items:,} items, lists of {places}, one thread, medians; microseconds a row; {machine()}\n")
    print_table(["rows of a request", *OUTPUTS], rows)


def _seconds(call: tf.types.experimental.PolymorphicFunction, *inputs: tf.Tensor) -> float:
    start = time.process_time()
    call(*inputs)
    return time.process_time() - start


if __name__ == "__main__":
    typer.run(main)
