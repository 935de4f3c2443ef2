"""Milliseconds to find the exact best items of a large catalogue, against an earlier commit, in turn.

python -m benchmarks.exact_speed --against 332378e
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.timing import interleaved, machine, print_table, use_threads

# After benchmarks.timing, which selects Keras 2.
import tensorflow as tf  # isort: skip

HERE = Path(__file__).parents[1]
PROGRAM = HERE / "benchmarks" / "external" / "exact_export.py"
BAR = 0.55


def main(
    against: Annotated[str, typer.Option(help="The earlier commit.")] = "332378e",
    items: Annotated[int, typer.Option(help="Items in the catalogue.", min=1_000)] = 1_000_000,
    width: Annotated[int, typer.Option(help="Width of the item vectors, without the bias.", min=1)] = 64,
    batch: Annotated[int, typer.Option(help="Histories in a request.", min=1)] = 1,
    repeats: Annotated[int, typer.Option(help="Timings of each version, taken in turn.", min=1)] = 60,
    threads: Annotated[int, typer.Option(help="TensorFlow threads.", min=1)] = 1,
) -> None:
    """Prints median and least milliseconds of each, and their ratio."""
    use_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder, "code")
        earlier.mkdir()
        archive = subprocess.run(["git", "archive", against, "tfrec_dl"], cwd=HERE, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", earlier], input=archive.stdout, check=True)
        exports = {}
        for name, code in (("earlier", earlier), ("now", HERE)):
            path = Path(folder, name)
            environment = {**os.environ, "PYTHONPATH": str(code)}
            command = [sys.executable, str(PROGRAM), str(items), str(width), str(path)]
            subprocess.run(command, cwd=folder, env=environment, check=True)
            exports[name] = tf.saved_model.load(str(path))
    generator = np.random.default_rng(1)
    requests = [
        tf.constant([[f"item-{item}" for item in row] for row in generator.integers(0, items, (batch, 50))])
        for _ in range(10)
    ]
    functions = {name: export.signatures["serving_default"] for name, export in exports.items()}
    same = 0
    for request in requests:
        answers = [function(history=request)["item_ids"].numpy() for function in functions.values()]
        same += np.array_equal(*answers)
    turns = iter(requests * (2 * repeats))
    seconds = interleaved(
        {
            name: lambda function=function: function(history=next(turns))["scores"].numpy()
            for name, function in functions.items()
        },
        repeats,
    )
    print(f"{items:,} items of width {width}, {batch} histories of 50 items, {threads} threads; {machine()}\n")
    rows = [[name, f"{np.median(each) * 1e3:.1f}", f"{each.min() * 1e3:.1f}"] for name, each in seconds.items()]
    print_table(["code", "ms, median", "least"], rows)
    middle, least = (figure(seconds["now"]) / figure(seconds["earlier"]) for figure in (np.median, np.min))
    print(f"now / {against}: {middle:.2f} by medians, {least:.2f} by the least (at most {BAR})")
    print(f"the same ids in the same order after {same} of {len(requests)} requests")


if __name__ == "__main__":
    typer.run(main)
