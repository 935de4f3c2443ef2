"""Windows per second of the input pipeline alone, against what training takes, on MovieLens-1M.

    python -m benchmarks.input_pipeline

The pipeline is read with no training, from memory and from the shards of `tfrec-dl prepare` (DuckDB). The recipes'
training steps read the same batches from memory. All use the same threads.
"""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import tfrec_dl
from benchmarks.timing import machine, print_table, use_threads
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.prepared.source import PreparedSplit
from tfrec_dl.data.training.batches import Batches
from tfrec_dl.retrieval.fit import compile_model

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

RECIPES = ("gru", "next_it_net")
CONTEXT_SHARE = 2  # of a window that is context, as in the recipes: one half


def pipeline_rate(batches: Batches, passes: int) -> float:
    """Windows a second over whole passes, after the first batch."""
    iterator = iter(batches.dataset())
    next(iterator)
    seconds = []
    for _ in range(passes):
        start = time.perf_counter()
        for _ in range(batches.steps_per_epoch):
            next(iterator)
        seconds.append(time.perf_counter() - start)
    return batches.window_count / float(np.median(seconds))


def training_rate(
    name: str, batches: Batches, vocabulary: tfrec_dl.data.Vocabulary, loss: str | None, steps: int
) -> float:
    """Windows a second of a recipe's training steps: the median step."""
    recipe = tfrec_dl.get_recipe(name).with_settings({} if loss is None else {"loss": loss})
    model = tfrec_dl.build_model(recipe, vocabulary)
    compile_model(model, recipe.training, batches.steps_per_epoch)
    train = model.make_train_function()
    iterator = iter(batches.dataset())
    rates = []
    for step in range(steps + 3):
        start = time.perf_counter()
        float(train(iterator)["loss"])
        if step >= 3:
            rates.append(time.perf_counter() - start)
    return batches.window_count / batches.steps_per_epoch / float(np.median(rates))


def main(
    data: Annotated[Path, typer.Option(help="Table of interactions.")] = Path("../shared/data/ml-1m/ratings.csv.gz"),
    sizes: Annotated[str, typer.Option(help="Comma-separated batch sizes, in windows.")] = "32,256",
    length: Annotated[int, typer.Option(help="Items per window.", min=2)] = 100,
    passes: Annotated[int, typer.Option(help="Passes over the pipeline.", min=1)] = 5,
    steps: Annotated[int, typer.Option(help="Timed training steps.", min=1)] = 30,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    shards: Annotated[bool, typer.Option(help="Also read from the shards of `prepare`.")] = True,
) -> None:
    """Prints the table."""
    use_threads(threads)
    split = tfrec_dl.leave_last_out(tfrec_dl.Interactions.read(data))
    with tempfile.TemporaryDirectory() as folder:
        sources: dict[str, tfrec_dl.Split | PreparedSplit] = {"memory": split}
        if shards:
            prepare(PrepareConfig((str(data),)), Path(folder, "prepared"))
            sources["shards"] = PreparedSplit(tfrec_dl.data.PreparedFolder.open(Path(folder, "prepared")))
        rows = []
        for size in (int(part) for part in sizes.split(",")):
            config = tfrec_dl.data.WindowConfig(length, length // CONTEXT_SHARE, size)
            batches = {name: source.batches(tfrec_dl.data.TrainingWindows, config) for name, source in sources.items()}
            read = {name: pipeline_rate(source, passes) for name, source in batches.items()}
            for name in RECIPES:
                for loss in (None, "sampled_softmax"):
                    used = training_rate(name, batches["memory"], split.vocabulary, loss, steps)
                    loss_name = loss or "full_softmax"
                    cells = [cell for rate in read.values() for cell in (f"{rate:,.0f}", f"{rate / used:.0f}")]
                    rows.append([f"`{name}`, {loss_name}, batches of {size}", f"{used:,.0f}", *cells])
                    tf.keras.backend.clear_session()
    print(f"{machine()}; {threads} threads\n")
    print(f"{data}, windows of {length} items, half of them context; windows a second\n")
    print_table(["", "training", *(title for name in sources for title in (f"from {name}, alone", "times"))], rows)


if __name__ == "__main__":
    typer.run(main)
