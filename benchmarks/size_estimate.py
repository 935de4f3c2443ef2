"""Estimated memory before a training against the memory that the process then uses, by recipe and catalogue size.

python -m benchmarks.size_estimate

Each row is measured in a separate process on random histories: twenty steps, an evaluation and a checkpoint. All rows
take three minutes on two idle cores.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = (
    ("gru", 10_000, {}),
    ("gru", 1_000_000, {}),
    ("gru", 1_000_000, {"optimizer": "adagrad"}),
    ("gru", 1_000_000, {"own_rows": 100_000}),
    ("next_it_net", 1_000_000, {"batch_size": 128}),
    ("mult_dae", 200_000, {}),
)
USERS, CASES_TO_RANK, LENGTH, STEPS = 5_000, 100, 60, 20
GIB = 2**30


def measured(name: str, items: int, settings: dict) -> dict:
    """Bytes: the estimate's parts, and the peak of this process."""
    import numpy as np
    import tensorflow as tf

    from tfrec_dl.data.histories import Histories
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
    from tfrec_dl.data.splits.split import Split
    from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
    from tfrec_dl.recipes.named import RECIPES
    from tfrec_dl.retrieval.build import build_model
    from tfrec_dl.retrieval.fit import MONITORED, compile_model, training_batches
    from tfrec_dl.retrieval.memory_estimate import estimate_size
    from tfrec_dl.retrieval.validation import ValidationCallback
    from tfrec_dl.runs.memory import peak_memory
    from tfrec_dl.runs.resumable import ResumableTraining

    generator = np.random.default_rng(0)
    users = np.array([f"user_{user}" for user in range(USERS)], dtype=object)

    def histories(length: int) -> Histories:
        drawn = FIRST_ITEM + (items * generator.random(USERS * length) ** 2).astype(np.int32)
        return Histories(drawn, np.arange(USERS + 1) * length, users)

    counts = np.maximum(np.arange(items, 0, -1) // 100, 1).astype(np.int64)
    vocabulary = Vocabulary(np.array([f"item_{item}" for item in range(items)], dtype=object), counts)
    rows = np.arange(CASES_TO_RANK)
    train, cases = histories(LENGTH), EvaluationCases(histories(LENGTH).select(rows), histories(1).select(rows))
    split = Split(vocabulary, train, cases, cases)
    recipe = RECIPES[name].with_settings({"epochs": 1, "max_length": LENGTH, **settings})
    estimate = estimate_size(recipe, vocabulary)

    model = build_model(recipe, vocabulary)
    batches = training_batches(model.batches, split, recipe.training)
    compile_model(model, recipe.training, STEPS)
    with tempfile.TemporaryDirectory() as folder:
        resumable = ResumableTraining(model, Path(folder), MONITORED, patience=1)
        callbacks = [ValidationCallback(cases), resumable]
        model.fit(batches.dataset(), steps_per_epoch=STEPS, epochs=1, callbacks=callbacks, verbose=0)
        on_disk = sum(file.stat().st_size for file in Path(folder, "checkpoints").rglob("*.data*"))
    assert tf.executing_eagerly()
    return {**vars(estimate), "memory": estimate.memory, "peak": peak_memory(), "on_disk": on_disk}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        name, items, settings = json.loads(arguments.case)
        print(json.dumps(measured(name, items, settings)))
        return
    print("| recipe | items | settings | weights | optimiser | step | evaluation | estimate, all | measured peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, items, settings in CASES:
        command = [sys.executable, "-m", "benchmarks.size_estimate", "--case", json.dumps([name, items, settings])]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        weights = found["tables"] + found["biases"] + found["network"]
        parts = (weights, found["slots"], found["step"], found["evaluation"], found["memory"], found["peak"])
        changed = ", ".join(f"{key}={value}" for key, value in settings.items()) or "-"
        print(f"| {name} | {items:,} | {changed} | {' | '.join(f'{part / GIB:.2f}' for part in parts)} |", flush=True)


if __name__ == "__main__":
    main()
