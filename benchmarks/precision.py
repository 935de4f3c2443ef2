"""Milliseconds of a training step in float32, in mixed bfloat16, and with the encoder compiled by XLA.

python -m benchmarks.precision

Measures sampled softmax over 20,000 items with histories of 96, and reports the best of nine steps after the first.
Each row is measured in a separate process, which is stopped after two minutes. All rows take ten minutes on two idle
cores. XLA is not an option of the package, because it compiles the encoder again for every batch length. The rows
show what it would have to make up for.
"""

import argparse
import subprocess
import sys
import time

ITEMS, LENGTH, LIMIT = 20_000, 96, 120
VARIANTS = ("float32", "mixed_bfloat16", "XLA")


def measured(name: str, variant: str, batch_size: int) -> tuple[float, float]:
    """Seconds of the first step, tracing and compiling included, and milliseconds of the best later one."""
    import numpy as np
    import tensorflow as tf

    from tfrec_dl.data.vocabulary import Vocabulary
    from tfrec_dl.recipes.named import RECIPES
    from tfrec_dl.retrieval.build import build_model
    from tfrec_dl.retrieval.fit import compile_model

    ids = np.array([f"item_{item}" for item in range(ITEMS)], dtype=object)
    vocabulary = Vocabulary(ids, np.arange(ITEMS, 0, -1, dtype=np.int64))
    precision = "float32" if variant == "XLA" else variant
    recipe = RECIPES[name].with_settings({"loss": "sampled_softmax", "precision": precision})
    model = build_model(recipe, vocabulary)
    compile_model(model, recipe.training, 1_000)
    if variant == "XLA":
        model.encoder.call = tf.function(
            model.encoder.call, jit_compile=True
        )  # of numbers alone: no look-up of strings
    items = np.random.default_rng(0).integers(2, ITEMS, size=(batch_size, LENGTH + 1)).astype(np.int32)
    batch = {"history": tf.constant(items[:, :-1]), "next_item": tf.constant(items[:, 1:])}
    step = tf.function(model.train_step)

    def seconds() -> float:
        began = time.perf_counter()
        float(step(batch)["loss"])
        return time.perf_counter() - began

    first = seconds()
    return first, 1_000 * min(seconds() for _ in range(9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", default="gru,next_it_net,caser")
    parser.add_argument("--batches", default="32,256")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        name, variant, batch_size = arguments.case.split(",")
        first, best = measured(name, variant, int(batch_size))
        print(f"{first:.1f} | {best:.0f}")
        return
    print("| recipe | batch | computes in | first step, s | step, ms |\n|---|---|---|---|---|")
    for name in arguments.recipes.split(","):
        for batch_size in arguments.batches.split(","):
            for variant in VARIANTS:
                command = [sys.executable, "-m", "benchmarks.precision", "--case", f"{name},{variant},{batch_size}"]
                try:
                    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False)
                    found = done.stdout.splitlines()[-1] if done.returncode == 0 else "failed | -"
                except subprocess.TimeoutExpired:
                    found = f"more than {LIMIT} | -"
                print(f"| {name} | {batch_size} | {variant} | {found} |", flush=True)


if __name__ == "__main__":
    main()
