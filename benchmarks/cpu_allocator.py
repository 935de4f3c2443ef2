"""Training steps on a CPU with malloc, TensorFlow's default, and with TensorFlow's own allocator.

    python -m benchmarks.cpu_allocator all

Processes with either allocator take turns. malloc returns large buffers, above all the logits, to the kernel. The
kernel clears them page by page when the next step asks for them again. TensorFlow's allocator keeps them.
"""

import json
import os
import resource
import subprocess
import sys
import time
from typing import Annotated

import numpy as np
import typer

VARIABLE = "TF_CPU_ALLOCATOR_USE_BFC"
CASES = [("gru", 3_500), ("next_it_net", 3_500), ("gru", 20_000), ("gru", 1_000_000)]
STEPS, WINDOWS, LENGTH = 20, 32, 100

app = typer.Typer(add_completion=False)


@app.command("one", hidden=True)
def one(recipe: str, items: int) -> None:
    """Prints milliseconds a step, those of them in the kernel (CPU time), and the peak memory in MiB, as JSON."""
    import tfrec_dl
    from benchmarks.synthetic import catalogue, training_batches
    from tfrec_dl.retrieval.fit import compile_model

    # After tfrec_dl, which selects Keras 2.
    import tensorflow as tf  # isort: skip

    chosen = tfrec_dl.get_recipe(recipe).with_settings({"max_length": LENGTH, "batch_size": WINDOWS})
    model = tfrec_dl.build_model(chosen, catalogue(items))
    compile_model(model, chosen.training, STEPS)
    batches = training_batches(items, 4, WINDOWS, LENGTH)
    step = tf.function(model.train_step)
    for batch in batches:
        step(batch)
    began, kernel = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_stime
    for number in range(STEPS):
        step(batches[number % len(batches)])
    took, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([1e3 * took / STEPS, 1e3 * (used.ru_stime - kernel) / STEPS, used.ru_maxrss / 1024]))


@app.command("all")
def every(repeats: Annotated[int, typer.Option(help="Processes per allocator.", min=1)] = 3) -> None:
    """Prints the table."""
    from benchmarks.timing import machine, print_table

    rows = []
    for recipe, items in CASES:
        found: dict[str, list[list[float]]] = {"0": [], "1": []}
        for _ in range(repeats):
            for value, figures in found.items():
                done = subprocess.run(
                    [sys.executable, "-m", "benchmarks.cpu_allocator", "one", recipe, str(items)],
                    env={**os.environ, VARIABLE: value, "TF_CPP_MIN_LOG_LEVEL": "3"},
                    check=True,
                    stdout=subprocess.PIPE,
                )
                figures.append(json.loads(done.stdout.splitlines()[-1]))
        plain, own = (np.median(figures, axis=0) for figures in found.values())
        pairs = [f"{before:,.0f}, {after:,.0f}" for before, after in zip(plain, own, strict=True)]
        rows.append([f"`{recipe}`", f"{items:,}", *pairs, f"{own[0] / plain[0]:.2f}"])
    print(f"{machine()}; {WINDOWS} windows of {LENGTH}; medians of {repeats} processes; malloc, {VARIABLE}=1\n")
    print_table(["recipe", "items", "ms a step", "ms in the kernel", "peak MiB", "ratio of steps"], rows)


if __name__ == "__main__":
    app()
