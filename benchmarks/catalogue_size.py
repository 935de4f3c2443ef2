"""Time of a training step by catalogue size, for the same batch with sampled softmax and row-sparse Adam.

    python -m benchmarks.catalogue_size

The models take turns, step by step. `dense Adam` is `tf.keras.optimizers.Adam` on the same model at the largest size.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.synthetic import catalogue, training_batches
from benchmarks.timing import interleaved, machine, print_table, use_threads
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

RECIPES = ("gru", "next_it_net")
BATCHES = 16  # different ones, taken in turn
DENSE_STEPS = 10


def training_step(name: str, items: int, settings: dict, dense: bool = False) -> Callable[[], float]:
    """One optimiser step on the next batch; it returns the loss."""
    recipe = get_recipe(name).with_settings({"loss": "sampled_softmax", **settings})
    model = build_model(recipe, catalogue(items))
    compile_model(model, recipe.training, steps_per_epoch=1_000)
    if dense:
        model.compile(optimizer=tf.keras.optimizers.Adam(recipe.training.learning_rate))
    batches = training_batches(items, BATCHES, recipe.training.batch_size, recipe.training.max_length)
    step = tf.function(model.train_step)
    taken = 0

    def run() -> float:
        nonlocal taken
        taken += 1
        return float(step(batches[taken % BATCHES])["loss"])

    return run


def plot(milliseconds: dict[str, dict[int, float]], dense: tuple[int, dict[str, float]] | None, path: Path) -> None:
    """A line a recipe over the sizes, and a mark for dense Adam."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for name, by_size in milliseconds.items():
        line = axes.plot(list(by_size), list(by_size.values()), marker="o", label=f"{name}, row-sparse Adam")[0]
        if dense is not None and name in dense[1]:
            label = f"{name}, dense Adam"
            axes.plot([dense[0]], [dense[1][name]], marker="x", color=line.get_color(), linestyle="", label=label)
    axes.set(xscale="log", yscale="log", xlabel="items", ylabel="milliseconds a training step")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main(
    recipes: Annotated[str, typer.Option(help="Comma-separated recipes.")] = ",".join(RECIPES),
    sizes: Annotated[str, typer.Option(help="Comma-separated catalogue sizes, in items.")] = "10000,100000,1000000",
    repeats: Annotated[int, typer.Option(help="Timed steps per model.", min=1)] = 60,
    batch_size: Annotated[int, typer.Option(help="Windows per step.", min=1)] = 32,
    length: Annotated[int, typer.Option(help="Items per window.", min=1)] = 100,
    dimension: Annotated[int, typer.Option(help="Width of an item vector.", min=1)] = 64,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    out: Annotated[Path, typer.Option(help="File for the plot.")] = Path("runs/catalogue_size.png"),
) -> None:
    """Prints the table and writes the plot."""
    use_threads(threads)
    counts = [int(size) for size in sizes.split(",")]
    settings = {"batch_size": batch_size, "max_length": length, "dimension": dimension}
    milliseconds: dict[str, dict[int, float]] = {}
    dense: dict[str, float] = {}
    rows = []
    for name in recipes.split(","):
        tf.keras.backend.clear_session()
        steps = {size: training_step(name, size, settings) for size in counts}
        seconds = interleaved(steps, repeats)
        del steps
        milliseconds[name] = {size: 1e3 * float(np.median(seconds[size])) for size in counts}
        slow = training_step(name, counts[-1], settings, dense=True)
        dense[name] = 1e3 * float(np.median(interleaved({"dense": slow}, DENSE_STEPS, warm_up=1)["dense"]))
        del slow
        first, last = milliseconds[name][counts[0]], milliseconds[name][counts[-1]]
        rows.append(
            [f"`{name}`", *(f"{value:.1f}" for value in milliseconds[name].values()), f"{last / first:.2f}"]
            + [f"{dense[name]:.0f}", f"{dense[name] / last:.1f}"]
        )
    print(f"{machine()}; {threads} threads\n")
    print(f"Medians of {repeats} steps, ms; {batch_size} windows of {length} items, D = {dimension}, 1,024 negatives\n")
    names = [f"{size:,} items" for size in counts]
    header = ["recipe", *names, f"{counts[-1]:,} / {counts[0]:,}"]
    print_table([*header, f"dense Adam, {counts[-1]:,}", "times ours"], rows)
    plot(milliseconds, (counts[-1], dense), out)
    print(f"plot: {out}")


if __name__ == "__main__":
    typer.run(main)
