"""Cost of request rules: time at a large catalogue, and accuracy given up for diversity.

    python -m benchmarks.rules time [--items 100000]
    python -m benchmarks.rules diversity RUN [--items ITEMS.csv]

`time` queries an untrained model (the weights do not change the time) with one history per request, on one thread, with
requests of each kind in turn. It reports medians of CPU time, because other programs on the machine disturb it less.

`diversity` queries a finished run for ten items at each diversity, for all users of its validation and test part. It
measures NDCG@10 against the held-out item, and the similarity within lists: the mean cosine of the item vectors, and
with a table of items the mean share of common genres (or of another column with several values).
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks.synthetic import catalogue
from benchmarks.timing import machine, print_table, use_threads
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.families.run import open_run
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.rules.lists import best_list
from tfrec_dl.serving.rules.masks import without
from tfrec_dl.serving.rules.requests import rule_tensors
from tfrec_dl.serving.rules.rules import Rules
from tfrec_dl.serving.rules.wishes import Items, Wishes

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

app = typer.Typer()

K = 10
RULES = {
    "no rule": Rules(),
    "two conditions": Rules(must=["year>=1990"], must_not=["genres=g3"]),
    "two boosts": Rules(boost={"year>=2000": 0.5, "genres=g1": -0.5}),
    "at most 3 of a genre": Rules(at_most={"genres": 3}),
    "diversity 0.3": Rules(diversity=0.3),
    "one pinned item": Rules(pin={"5": 1}),
    "all of these": Rules(
        must=["year>=1990"],
        must_not=["genres=g3"],
        boost={"year>=2000": 0.5, "genres=g1": -0.5},
        at_most={"genres": 3},
        diversity=0.3,
        pin={"5": 1},
    ),
}
DIVERSITIES = np.linspace(0, 1, 11)
ROWS = 256


@app.command("time")
def time_of_rules(
    items: Annotated[int, typer.Option(help="Items in the catalogue.")] = 100_000,
    recipe: str = "gru",
    length: Annotated[int, typer.Option(help="Items in a history.")] = 50,
    repeats: int = 200,
) -> None:
    """What each rule adds to the time of a request."""
    use_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        signatures = tf.saved_model.load(str(export_with_attributes(Path(folder, recipe), items, recipe))).signatures
        history = tf.constant([history_of(items, length)])
        steps = {"plain request": lambda: signatures["serving_default"](history=history)["scores"].numpy()}
        for name, rules in RULES.items():
            asked = rule_tensors([rules], [[]], K)
            steps[name] = lambda asked=asked: signatures["recommend_with_rules"](history=history, **asked)[
                "scores"
            ].numpy()
        medians = _cpu_seconds(steps, repeats)
    plain = medians["plain request"]
    print(f"{recipe}, {items:,} items, width 64, one history of {length}, k {K}, one thread; {machine()}\n")
    rows = [(name, f"{1e3 * each:.2f}", f"{100 * (each / plain - 1):+.0f} %") for name, each in medians.items()]
    print_table(("request", "CPU, ms", "added"), rows)


def export_with_attributes(folder: Path, items: int, recipe: str = "gru") -> Path:
    """The version folder of an untrained network whose items have a year and genres."""
    draw = np.random.default_rng(0)
    vocabulary = catalogue(items)
    genres = draw.integers(0, 20, (items, 3))
    table = pd.DataFrame({"item_id": vocabulary.ids, "year": draw.integers(1950, 2020, items)})
    table["genres"] = ["|".join(f"g{genre}" for genre in set(row)) for row in genres.tolist()]
    model = build_model(get_recipe(recipe).with_settings({"dimension": 64, "units": 64}), vocabulary)
    return export_saved_model(model, folder, attributes=AttributeSource(table))


def history_of(items: int, length: int) -> list[str]:
    """Some ids of that export."""
    return np.random.default_rng(1).choice(catalogue(items).ids, length).tolist()


def _cpu_seconds(steps: dict[str, Callable[[], object]], repeats: int, warm_up: int = 10) -> dict[str, float]:
    """Median CPU seconds of each step, which take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(warm_up + repeats):
        for name, step in steps.items():
            start = time.process_time()
            step()
            seconds[name].append(time.process_time() - start)
    return {name: float(np.median(values[warm_up:])) for name, values in seconds.items()}


@app.command("diversity")
def diversity_of_lists(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN")],
    items: Annotated[Path | None, typer.Option(help="Table of items.")] = None,
    column: Annotated[str, typer.Option(help="Column of that table with several values per item.")] = "genres",
) -> None:
    """NDCG@10 and likeness within lists by diversity."""
    use_threads(1)
    run = open_run(run_folder)
    split = run.dataset().split
    module = run.model().serving_module(K)
    values = None if items is None else _values(items, column, [text.decode() for text in module.item_ids().numpy()])
    for part in ("validation", "test"):
        rows = _by_diversity(module, getattr(split, part), values)
        print(f"{run_folder.parent.name}, {part}, {len(getattr(split, part)):,} users; {machine()}\n")
        first = rows[0][1]
        print_table(
            ("diversity", "NDCG@10", "of that without", "cosine in lists", f"{column} in common"),
            [(f"{d:.1f}", f"{n:.4f}", f"{n / first:.3f}", f"{c:.3f}", f"{g:.3f}") for d, n, c, g in rows],
        )


def _values(table: Path, column: str, ids: list[str]) -> np.ndarray:
    """Which values each item has: [size, V] float32."""
    texts = pd.read_csv(table, dtype=str).set_index("item_id")[column].reindex(ids).fillna("")
    return np.pad(texts.str.get_dummies("|").to_numpy(np.float32), [[2, 0], [0, 0]])


def _by_diversity(module: ServingModule, cases: EvaluationCases, values: np.ndarray | None) -> list[tuple[float, ...]]:
    """Diversity, NDCG@10, mean cosine and values in common, a row each."""

    def lists(history: tf.Tensor, diversities: tf.Tensor) -> tf.Tensor:
        scores = without(module.scores_or_popularity(history), tf.pad(history, [[0, 0], [0, 2]], constant_values=1))
        scores = without(scores, tf.zeros_like(history))
        batch = tf.shape(history)[0]
        none = tf.zeros([batch, 0], tf.int32)

        def unlike(indices: tf.Tensor) -> tf.Tensor:
            return tf.math.l2_normalize(module.item_vectors(indices), axis=2)

        items = Items(unlike, module.attributes.read())

        def at(diversity: tf.Tensor) -> tf.Tensor:
            k, every = tf.fill([batch], K), tf.fill([batch], diversity)
            return best_list(scores, Wishes(k, every, tf.zeros([batch, 0], tf.string), none, none, none), items, K)

        return tf.map_fn(at, diversities, fn_output_signature=tf.int32)

    specs = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float32)]
    traced = tf.function(lists, input_signature=specs, autograph=False)
    vectors = tf.function(module.item_vectors, input_signature=[tf.TensorSpec([None, None], tf.int32)])
    gains = 1 / np.log2(np.arange(2, K + 2))
    gained, cosines, shared = (np.zeros(len(DIVERSITIES)) for _ in range(3))
    order = np.argsort(cases.histories.lengths, kind="stable")
    pairs = np.triu_indices(K, 1)
    targets = cases.targets.items[cases.targets.offsets[:-1]]
    for start in range(0, len(order), ROWS):
        rows = order[start : start + ROWS]
        history = cases.histories.select(rows).padded(int(cases.histories.lengths[rows].max()))
        found = traced(tf.constant(history, tf.int32), tf.constant(DIVERSITIES, tf.float32)).numpy()
        gained += ((found == targets[rows][:, None]) * gains).sum(axis=(1, 2))
        for place, listed in enumerate(found):
            own = vectors(tf.constant(listed)).numpy()
            own /= np.maximum(np.linalg.norm(own, axis=2, keepdims=True), 1e-12)
            cosines[place] += (own @ own.transpose(0, 2, 1))[:, pairs[0], pairs[1]].mean(axis=1).sum()
            if values is not None:
                both = values[listed] @ values[listed].transpose(0, 2, 1)
                counts = values[listed].sum(axis=2)
                either = counts[:, :, None] + counts[:, None, :] - both
                shared[place] += (both / np.maximum(either, 1))[:, pairs[0], pairs[1]].mean(axis=1).sum()
    count = len(order)
    return list(zip(DIVERSITIES, gained / count, cosines / count, shared / count, strict=True))


if __name__ == "__main__":
    app()
