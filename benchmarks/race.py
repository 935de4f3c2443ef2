"""Seconds of training until validation NDCG@10 reaches given targets: recipes with default settings, without counts.

Each recipe is trained in a separate process with one thread, all at the same time, so that other work on the machine
slows them equally. Seconds are the sum over the passes so far, including compilation but not validation.

python -m benchmarks.race ml-1m --models gru,lru --targets 0.15,0.17
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

import tfrec_dl
from benchmarks.against_recbole import Stopwatch
from benchmarks.options import FOLDER, Data, Folder, source_of
from benchmarks.timing import machine, print_table, use_threads

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip


def main(
    data: Data = "ml-1m",
    models: Annotated[str, typer.Option(help="Comma-separated recipes, one core each.")] = "gru,lru",
    targets: Annotated[str, typer.Option(help="Comma-separated targets, in rising order.")] = "0.15,0.17",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    folder: Folder = FOLDER,
    child: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Trains all until the last target, and prints the table."""
    wanted = [float(target) for target in targets.split(",")]
    if child is not None:
        child.write_text(json.dumps(train(data, models, wanted[-1], seed, folder)))
        return
    names = models.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        files = {name: Path(temporary) / f"{name}.json" for name in names}
        options = [data, "--targets", targets, "--seed", str(seed), "--folder", str(folder)]
        command = [sys.executable, "-m", "benchmarks.race", *options]
        running = [subprocess.Popen([*command, "--models", name, "--child", files[name]]) for name in names]
        if any([process.wait() for process in running]):
            raise SystemExit(1)
        passes = {name: json.loads(file.read_text()) for name, file in files.items()}
    print(f"\n{machine()}; {data}, one thread each, {len(names)} at a time, seed {seed}")
    header = ["", *(f"seconds to {target}" for target in wanted), "passes", "seconds a pass", "last NDCG@10"]
    print_table(header, [row(name, passes[name], wanted) for name in names])


def train(data: str, name: str, target: float, seed: int, folder: Path) -> list[dict[str, float]]:
    """The passes of a recipe until the target or its last one."""
    use_threads(1)
    tf.keras.utils.set_random_seed(seed)
    recipe = tfrec_dl.get_recipe(name).with_settings({"seed": seed})
    split = source_of(data, folder).read().split
    watch = Stopwatch(target)
    tfrec_dl.fit(tfrec_dl.build_model(recipe, split.vocabulary), split, recipe.training, [watch], verbose=0)
    passes: list[dict[str, float]] = watch.passes
    return passes


def row(name: str, passes: list[dict[str, float]], targets: list[float]) -> list[str]:
    """A line of the table; a target that was not reached has a lower bound."""
    cells = []
    for target in targets:
        reached = [passed for passed in passes if passed["validation/ndcg@10"] >= target]
        seconds = (reached or passes[-1:])[0]["training_seconds"]
        cells.append(f"{'' if reached else '> '}{seconds:.0f}")
    mean = passes[-1]["training_seconds"] / len(passes)
    return [name, *cells, str(len(passes)), f"{mean:.1f}", f"{passes[-1]['validation/ndcg@10']:.4f}"]


if __name__ == "__main__":
    typer.run(main)
