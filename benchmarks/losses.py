"""Comparison of retrieval losses: quality on a data set, and the cost of a step on a large catalogue.

    python -m benchmarks.losses quality amazon-beauty-5core --model lru
    python -m benchmarks.losses steps
    python -m benchmarks.losses contrastive ml-100k --model gru

Quality is measured at the best epoch on the validation part, so that it can be used to choose a loss. Steps are timed
on random histories. Each loss runs in a separate process, and the memory that it adds is measured by its peak.
"""

import json
import subprocess
import sys
import time
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Runs, source_of
from benchmarks.synthetic import catalogue, training_batches
from benchmarks.timing import machine, print_table, use_threads
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model
from tfrec_dl.runs.memory import peak_memory

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

LOSSES = "full_softmax,sampled_softmax,mixed_softmax,gbce,own_negatives,sce"
BATCHES = 8  # different ones, taken in turn

app = typer.Typer(add_completion=False, help=__doc__)
Threads = Annotated[int, typer.Option(min=1)]


@app.command()
def quality(
    data: Data,
    model: Annotated[str, typer.Option(help="Recipe.")] = "lru",
    losses: Annotated[str, typer.Option(help="Comma-separated losses.")] = LOSSES,
    epochs: Annotated[int, typer.Option(min=1)] = 6,
    seed: Annotated[int, typer.Option()] = 0,
    threads: Threads = 1,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Trains a recipe under each loss, nothing else set, and prints the best epoch's validation metrics."""
    use_threads(threads)
    source = source_of(data, folder)
    rows = []
    for loss in losses.split(","):
        run = runs / f"losses-{data}-{model}-{epochs}" / f"{loss}-{seed}"
        recipe = get_recipe(model).with_settings({"loss": loss, "epochs": epochs, "seed": seed, "counts": False})
        if not (run / "metrics.json").exists():
            train(recipe, source, run, verbose=2)
        history = pd.read_csv(run / "history.csv")
        best = history.loc[history["val_ndcg@10"].idxmax()]
        quality = [f"{best[f'val_{metric}@10']:.4f}" for metric in ("ndcg", "hit_rate")]
        rows.append([f"`{loss}`", *quality, f"{best['epoch']:.0f}", f"{history['seconds'].median():.0f}"])
        print_table(["loss", "NDCG@10", "hit rate@10", "best epoch", "seconds an epoch"], rows[-1:])
    print(f"{machine()}; {threads} threads\n{data}, `{model}`, {epochs} epochs, seed {seed}, validation\n")
    print_table(["loss", "NDCG@10", "hit rate@10", "best epoch", "seconds an epoch"], rows)


@app.command()
def contrastive(
    data: Data,
    model: Annotated[str, typer.Option(help="Recipe.")] = "gru",
    terms: Annotated[str, typer.Option(help="Comma-separated WEIGHT:TEMPERATURE pairs.")] = "0.1:0.5,0.1:0.1,0.01:0.1",
    epochs: Annotated[int, typer.Option(min=1)] = 8,
    seed: Annotated[int, typer.Option()] = 0,
    threads: Threads = 1,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Trains a recipe without and with DuoRec's term; the best by validation is compared on the test part too."""
    use_threads(threads)
    source = source_of(data, folder)
    split = source.read().split
    reports, rows, trained = {}, [], {}
    for term in ("", *terms.split(",")):
        settings: dict[str, Any] = {"epochs": epochs, "seed": seed, "counts": False}
        if term:
            weight, temperature = map(float, term.split(":"))
            settings["contrastive"] = {"name": "duorec", "weight": weight, "temperature": temperature}
        run = runs / f"contrastive-{data}-{model}-{epochs}" / f"{term.replace(':', '-') or 'without'}-{seed}"
        if not (run / "metrics.json").exists():
            train(get_recipe(model).with_settings(settings), source, run, verbose=2)
        trained[term] = tfrec_dl.open_run(run).model()
        reports[term] = evaluate(trained[term], split.validation, split.vocabulary)
        seconds = pd.read_csv(run / "history.csv")["seconds"].median()
        gain = paired_difference(reports[term], reports[""], "ndcg@10")
        interval = f"{gain.low:+.4f} to {gain.high:+.4f}" if term else ""
        rows.append([term or "without", f"{reports[term].means()['ndcg@10']:.4f}", interval, f"{seconds:.0f}"])
    print(f"{machine()}; {threads} threads\n{data}, `{model}`, {epochs} epochs, seed {seed}\n")
    print_table(["weight:temperature", "validation NDCG@10", "gain, 95 %", "seconds an epoch"], rows)
    best = max((term for term in reports if term), key=lambda term: reports[term].means()["ndcg@10"])
    tested = {term: evaluate(trained[term], split.test, split.vocabulary) for term in ("", best)}
    gain = paired_difference(tested[best], tested[""], "ndcg@10")
    means = [f"{tested[term].means()['ndcg@10']:.4f}" for term in ("", best)]
    print(f"test NDCG@10: {means[0]} without, {means[1]} with {best}; gain {gain.low:+.4f} to {gain.high:+.4f}")


@app.command()
def steps(
    losses: Annotated[str, typer.Option(help="Comma-separated losses.")] = LOSSES.removeprefix("full_softmax,"),
    items: Annotated[int, typer.Option(help="Items in the catalogue.", min=1)] = 1_000_000,
    model: Annotated[str, typer.Option(help="Recipe.")] = "gru",
    repeats: Annotated[int, typer.Option(help="Timed steps per loss.", min=1)] = 20,
    threads: Threads = 1,
) -> None:
    """Times training steps of a recipe under each loss, and measures the memory that they add to the built model."""
    rows = []
    for loss in losses.split(","):
        command = [sys.executable, "-m", "benchmarks.losses", "one-loss", loss, str(items), model, str(repeats)]
        done = subprocess.run([*command, str(threads)], check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        rows.append([f"`{loss}`", f"{found['milliseconds']:.0f}", *(f"{found[key]:,.0f}" for key in ("step", "peak"))])
    print(f"{machine()}; {threads} threads\n{items:,} items, `{model}`, medians of {repeats} steps of full windows\n")
    print_table(["loss", "ms a step", "MiB that steps add", "MiB at the peak"], rows)


@app.command(hidden=True)
def one_loss(loss: str, items: int, model: str, repeats: int, threads: int) -> None:
    """Prints what the steps of one loss take, as JSON."""
    use_threads(threads)
    recipe = get_recipe(model).with_settings({"loss": loss})
    network = build_model(recipe, catalogue(items))
    compile_model(network, recipe.training, steps_per_epoch=1_000)
    batches = training_batches(items, BATCHES, recipe.training.batch_size, recipe.training.max_length)
    before = peak_memory()
    step = tf.function(network.train_step)
    seconds = []
    for number in range(3 + repeats):
        start = time.perf_counter()
        float(step(batches[number % BATCHES])["loss"])
        seconds.append(time.perf_counter() - start)
    found: dict[str, Any] = {"milliseconds": 1e3 * float(np.median(seconds[3:]))}
    print(json.dumps(found | {"step": (peak_memory() - before) / 2**20, "peak": peak_memory() / 2**20}))


if __name__ == "__main__":
    app()
