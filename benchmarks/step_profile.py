"""Where the time of a training step goes at a million items, by operation, according to TensorFlow's profiler.

    python -m benchmarks.step_profile

Sums the self time of the operations in `--steps` steps by the part of the step that their names indicate. Also times
the step with and without the optimizer, in turn.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.synthetic import catalogue, histories, training_batches
from benchmarks.timing import interleaved, machine, print_table, use_threads
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import TrainingConfig
from tfrec_dl.retrieval.fit import compile_model
from tfrec_dl.retrieval.model import RetrievalModel

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

RECIPES = ("gru", "next_it_net")
LOSS = "retrieval_loss"
PARTS = ("input pipeline, alone", "forward: history and encoder", "forward: loss", "backward", "optimiser", "the rest")
BATCHES = 16


def part_of(operation: str) -> str:
    """The part that an operation of a step belongs to; `operation` is the profiler's "name:type"."""
    name = operation.rpartition(":")[0]
    if name.startswith(("Adam", "RowSparseAdam", "Adagrad")) or "/Adam/" in name:
        return PARTS[4]
    if name.startswith(("gradient_tape", "gradients")) or "_grad/" in name:
        return PARTS[3]
    if name.startswith(LOSS):
        return PARTS[2]
    return PARTS[1]


def self_times(trace: Path) -> Iterator[tuple[str, float]]:
    """(Operation, milliseconds without what it called) for each event of a trace that is an operation."""
    from tensorflow.tsl.profiler.protobuf.xplane_pb2 import XSpace

    space = XSpace()
    space.ParseFromString(next(trace.rglob("*.xplane.pb")).read_bytes())
    for plane in space.planes:
        names = {number: event.name for number, event in plane.event_metadata.items()}
        for line in plane.lines:
            inner: list[tuple[int, str, list[int]]] = []  # what is running: end, name, picoseconds left for itself
            events = sorted(line.events, key=lambda event: (event.offset_ps, -event.duration_ps))
            for event in events:
                while inner and inner[-1][0] <= event.offset_ps:
                    _, name, left = inner.pop()
                    yield name, left[0] / 1e9
                if inner:
                    inner[-1][2][0] -= event.duration_ps
                inner.append((event.offset_ps + event.duration_ps, names[event.metadata_id], [event.duration_ps]))
            for _, name, left in inner:
                yield name, left[0] / 1e9


def profile(model: RetrievalModel, batches: list[dict[str, tf.Tensor]], steps: int) -> dict[str, float]:
    """Milliseconds a step of each part but the input."""
    train = tf.function(model.train_step)
    for batch in batches[:3]:
        train(batch)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for number in range(steps):
            train(batches[number % len(batches)])
        tf.profiler.experimental.stop()
        parts: dict[str, float] = defaultdict(float)
        for name, milliseconds in self_times(Path(folder)):
            # An operation is "name:type"; C++ scopes are "Class::Method".
            if ":" in name and "::" not in name:
                parts[part_of(name)] += milliseconds / steps
            elif name.startswith("ExecutorState"):
                parts[PARTS[5]] += milliseconds / steps
    return parts


def input_alone(model: RetrievalModel, items: int, config: TrainingConfig) -> float:
    """Milliseconds a batch of the input pipeline, with nothing else to do."""
    context = config.max_length // 2 if config.context is None else config.context
    windows = WindowConfig(config.max_length, context, config.batch_size)
    batches = model.batches(histories(items, 2_000, 150), windows)
    iterator = iter(batches.dataset())
    next(iterator)
    start = time.perf_counter()
    for _ in range(3 * batches.steps_per_epoch):
        next(iterator)
    return 1e3 * (time.perf_counter() - start) / (3 * batches.steps_per_epoch)


def with_and_without(model: RetrievalModel, batches: list[dict[str, tf.Tensor]], repeats: int) -> tuple[float, float]:
    """Median milliseconds of a step, and of the same without the optimiser: its gradients are computed and dropped."""

    def gradients(batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            loss = model.compute_loss(batch, training=True)
        computed = tape.gradient(loss, model.trainable_variables)
        # All of them are results, or TensorFlow would leave out what nobody reads.
        return loss, [getattr(gradient, "values", gradient) for gradient in computed]

    step, dropped = tf.function(model.train_step), tf.function(gradients)
    count = {"with": 0, "without": 0}

    def whole() -> float:
        count["with"] += 1
        return float(step(batches[count["with"] % BATCHES])["loss"])

    def half() -> float:
        count["without"] += 1
        return float(dropped(batches[count["without"] % BATCHES])[0])

    seconds = interleaved({"with": whole, "without": half}, repeats, warm_up=4)
    return 1e3 * float(np.median(seconds["with"])), 1e3 * float(np.median(seconds["without"]))


def name_the_loss(model: RetrievalModel) -> None:
    """Puts the loss's operations under a name of their own, so that the profile can tell them."""
    plain = model.supervised_loss

    def named(*arguments: object) -> tf.Tensor:
        with tf.name_scope(LOSS):
            return plain(*arguments)

    object.__setattr__(model, "supervised_loss", named)


def main(
    recipes: Annotated[str, typer.Option(help="Comma-separated recipes.")] = ",".join(RECIPES),
    items: Annotated[int, typer.Option(help="Items in the catalogue.", min=1)] = 1_000_000,
    steps: Annotated[int, typer.Option(help="Profiled steps.", min=1)] = 20,
    repeats: Annotated[int, typer.Option(help="Timed steps with and without the optimizer.", min=1)] = 40,
    loss: Annotated[str, typer.Option(help="Retrieval loss.")] = "sampled_softmax",
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Prints both tables."""
    use_threads(threads)
    print(f"{machine()}; {threads} threads; {items:,} items, D = 64, {loss}\n")
    for name in recipes.split(","):
        recipe = get_recipe(name).with_settings({"loss": loss, "dimension": 64})
        model = build_model(recipe, catalogue(items))
        compile_model(model, recipe.training, steps_per_epoch=1_000)
        name_the_loss(model)
        config = recipe.training
        batches = training_batches(items, BATCHES, config.batch_size, config.max_length)
        parts = profile(model, batches, steps)
        parts[PARTS[0]] = input_alone(model, items, config)
        total = sum(parts.values())
        rows = [[part, f"{parts.get(part, 0):.1f}", f"{100 * parts.get(part, 0) / total:.1f} %"] for part in PARTS]
        print_table([f"`{name}`, self time of operations", "ms a step", "share"], rows)
        whole, without = with_and_without(model, batches, repeats)
        share = 100 * (whole - without) / whole
        print_table(
            [f"`{name}`, median of {repeats} steps", "ms"],
            [["step", f"{whole:.1f}"], ["step without the optimiser", f"{without:.1f}"], ["share", f"{share:.1f} %"]],
        )


if __name__ == "__main__":
    typer.run(main)
