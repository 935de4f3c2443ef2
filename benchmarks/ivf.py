"""Recall and milliseconds of an approximate search over a trained model's items, against the exact search.

python -m benchmarks.ivf --folder /tmp/ivf [--counts]
"""

import logging
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import tfrec_dl
from benchmarks.taste_model import READ, trained_model, with_counts
from benchmarks.timing import interleaved, machine, print_table, use_threads
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.serving.loaded_export import open_export

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

BAR = 0.25
SAMPLE = 2_000  # validation histories that the index is chosen on
BATCHES = (1, 8, 64)
CASES = 300  # validation cases that network and counts are joined on


def main(
    folder: Annotated[
        Path | None, typer.Option(help="Folder that keeps the trained weights, or already holds them.")
    ] = None,
    items: Annotated[int, typer.Option(help="Items in the catalogue.", min=1_000)] = 1_000_000,
    width: Annotated[int, typer.Option(help="Width of the item vectors, without the bias.", min=1)] = 64,
    users: Annotated[int, typer.Option(help="Users in the log; each has 400 interactions.", min=100)] = 20_000,
    epochs: Annotated[int, typer.Option(help="Training epochs.", min=1)] = 3,
    recall: Annotated[float, typer.Option(help="Requested recall.")] = 0.95,
    histories: Annotated[
        int, typer.Option(help="Histories of the test part on which recall is measured.", min=1)
    ] = 1_000,
    repeats: Annotated[int, typer.Option(help="Timings of each search, taken in turn.", min=1)] = 60,
    counts: Annotated[bool, typer.Option("--counts", help="Combine the network with transition counts.")] = False,
    threads: Annotated[int, typer.Option(help="TensorFlow threads.", min=1)] = 1,
) -> None:
    """Prints recall on test histories, times by batch, and whether every item is in one list."""
    use_threads(threads)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with tempfile.TemporaryDirectory() as temporary:
        kept = folder or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        model, split = trained_model(kept, items, users, width, epochs)
        print(f"{len(split.vocabulary.ids):,} items of width {width}, {threads} threads; {machine()}\n", flush=True)
        if counts:
            model = with_counts(model, split, CASES)
            shares = ", ".join(f"{name} {weight:.2f}" for name, weight in model.weights().items())
            print(f"weights of the standardised scores: {shares}", flush=True)
        chosen = texts(split.validation.histories, split.vocabulary, SAMPLE)
        exports = {}
        for index in ("exact", "ivf"):
            before = time.perf_counter()
            version = tfrec_dl.export(model, Path(temporary, index), index=index, recall=recall, histories=chosen)
            size = sum(file.stat().st_size for file in version.rglob("*") if file.is_file())
            print(f"{index}: exported in {time.perf_counter() - before:.0f} s, {size / 1e6:.0f} MB", flush=True)
            exports[index] = open_export(version)
        print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB of memory", flush=True)
        card = (version / "assets.extra" / "model_card.md").read_text()
        print("\n".join(line for line in card.splitlines() if "search" in line), flush=True)
        functions = {name: export.signatures["serving_default"] for name, export in exports.items()}
        compare(functions, texts(split.test.histories, split.vocabulary, histories), repeats)
        lists = exports["ivf"].saved_model.item_lists
        members = np.sort(lists.contents()["members"].numpy())
        each_once = np.array_equal(members, np.arange(2, 2 + len(split.vocabulary.ids)))
        print(f"every item in exactly one list: {each_once}")


def texts(histories: Histories, vocabulary: Vocabulary, count: int) -> list[list[str]]:
    """The last items of some histories, as ids."""
    rows = np.random.default_rng(2).permutation(len(histories))[:count]
    return [vocabulary.decode(histories.row(row)[-READ:]).tolist() for row in rows]


@dataclass
class Asked:
    """A signature that is asked for the next request at each call."""

    function: Callable[..., dict[str, tf.Tensor]]
    requests: Iterator[tf.Tensor]

    def __call__(self) -> object:
        """Waits for the answer."""
        return self.function(history=next(self.requests))["scores"].numpy()


def compare(functions: dict, histories: list[list[str]], repeats: int) -> None:
    """Prints recall of the second against the first, and times of both."""
    found = {name: [] for name in functions}
    for start in range(0, len(histories), 8):
        rows = tf.constant(histories[start : start + 8])
        for name, function in functions.items():
            found[name].append(function(history=rows)["item_ids"].numpy())
    exact, ivf = (np.concatenate(each) for each in found.values())
    for k in (1, 10, exact.shape[1]):
        shares = [np.isin(ours[:k], best[:k]).mean() for ours, best in zip(ivf, exact, strict=True)]
        error = np.std(shares) / len(shares) ** 0.5
        print(f"recall@{k}: {np.mean(shares):.4f} (standard error {error:.4f}, {len(shares):,} test histories)")
    rows, ratio = [], 0.0
    for batch in BATCHES:
        requests = [tf.constant((histories * 2)[start : start + batch]) for start in range(len(histories))]
        steps = {name: Asked(function, iter(requests * 2)) for name, function in functions.items()}
        seconds = interleaved(
            steps,
            max(repeats // batch, 5),
        )
        ratios = [figure(seconds["ivf"]) / figure(seconds["exact"]) for figure in (np.median, np.min)]
        ratio = ratio or ratios[0]
        times = [f"{figure(each) * 1e3:.2f}" for each in seconds.values() for figure in (np.median, np.min)]
        rows.append([batch, *times, *(f"{each:.3f}" for each in ratios)])
    print()
    print_table(["histories", "exact ms, median", "least", "ivf ms, median", "least", "ratio", "by the least"], rows)
    print(f"ivf / exact for one history: {ratio:.3f} (at most {BAR})")


if __name__ == "__main__":
    typer.run(main)
