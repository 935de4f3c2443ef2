"""Latency of an export's `serving_default`: milliseconds per call by catalogue and batch size, after its warm-up.

    python benchmarks/serving_latency.py [--recipe gru] [--length 50] [--calls 300]

The model's weights are random, which does not change the time. Every call has different histories. There is one caller
and no server. TF Serving adds the transport and handles requests in parallel.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.serving.export import export_saved_model

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

CATALOGUES = (10_000, 100_000)
BATCH_SIZES = (1, 8, 64)
K_MAX = 100


def export(recipe: str, items: int, folder: Path) -> tuple[Path, np.ndarray]:
    """The version folder of an untrained model, and its item ids."""
    ids = np.array([f"item-{item}" for item in range(items)], dtype=object)
    counts = (items / np.arange(1, items + 1)).astype(np.int64) + 1
    model = build_model(get_recipe(recipe), Vocabulary(ids=ids, counts=counts))
    return export_saved_model(model, folder, k_max=K_MAX), ids


def latencies(version: Path, ids: np.ndarray, batch_size: int, length: int, calls: int) -> list[float]:
    """Milliseconds of each call."""
    recommend = tf.saved_model.load(str(version)).signatures["serving_default"]
    generator = np.random.default_rng(0)
    measured = []
    for call in range(calls + 20):
        histories = tf.constant(generator.choice(ids, (batch_size, length)), tf.string)
        start = time.perf_counter()
        recommend(history=histories)["scores"].numpy()
        if call >= 20:
            measured.append(1e3 * (time.perf_counter() - start))
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="gru")
    parser.add_argument("--length", type=int, default=50, help="items in a history")
    parser.add_argument("--calls", type=int, default=300)
    arguments = parser.parse_args()
    print(f"{arguments.recipe}, histories of {arguments.length} items, k_max {K_MAX}, {arguments.calls} calls each\n")
    print("| items | export, MB | batch | median, ms | 99th percentile, ms | histories a second |")
    print("|---:|---:|---:|---:|---:|---:|")
    for items in CATALOGUES:
        with tempfile.TemporaryDirectory() as folder:
            version, ids = export(arguments.recipe, items, Path(folder, arguments.recipe))
            megabytes = sum(file.stat().st_size for file in version.rglob("*") if file.is_file()) / 1e6
            for batch_size in BATCH_SIZES:
                measured = latencies(version, ids, batch_size, arguments.length, arguments.calls)
                median, worst = statistics.median(measured), float(np.percentile(measured, 99))
                rate = 1e3 * batch_size / median
                print(
                    f"| {items} | {megabytes:.1f} | {batch_size} | {median:.2f} | {worst:.2f} | {rate:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
