"""Tuned against default settings, with the tuning killed several times.

python -m benchmarks.tuning ml-100k

`tfrec-dl tune` is killed with SIGKILL at random moments and started again. Then the trials are counted, and the best
run is compared with the default recipe, on validation and, once, on test.
"""

import csv
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Runs, source_of
from benchmarks.timing import machine, print_table
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.lifecycle.tuning.database import open_database
from tfrec_dl.recipes.named import get_recipe

COMMAND = (sys.executable, "-c", "from tfrec_dl.cli import app; app(prog_name='tfrec-dl')")
OVER = ("COMPLETE", "PRUNED")
STARTED = 40.0  # seconds until a process trains

Trials = dict[int, tuple[str, dict[str, object], list[int]]]
"""Number -> state, settings, epochs reported."""


def main(
    data: Data,
    model: str = "lru",
    trials: int = 30,
    kills: Annotated[int, typer.Option(help="Number of SIGKILLs before the command may finish.")] = 5,
    seconds: Annotated[float, typer.Option(help="Average seconds between two of them, not counting startup.")] = 150,
    seed: int = 0,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Tunes, kills, counts, compares."""
    study = runs / data / "tuning" / model
    source = source_of(data, folder)
    command = [*COMMAND, "tune", "--data", source.path, "--model", model, "--trials", str(trials), "--out", str(study)]
    study.parent.mkdir(parents=True, exist_ok=True)
    log, faults, moments = study.with_suffix(".log"), [], []
    began, draws = time.perf_counter(), random.Random(seed)
    for _ in range(kills):
        before = _trials(study)
        with log.open("a") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
            try:
                process.wait(STARTED + seconds * draws.uniform(0.2, 1.8))
                faults.append(f"it ended by itself with status {process.returncode} before it could be killed")
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
        after = _trials(study)
        faults += _changed(before, after)
        running = [f"trial {number}, epoch {len(each[2])}" for number, each in after.items() if each[0] == "RUNNING"]
        moments.append(", ".join(running) or "between trials")
    before = _trials(study)
    with log.open("a") as output:
        subprocess.run(command, stdout=output, stderr=output, check=True)
    after = _trials(study)
    took = time.perf_counter() - began
    faults += _changed(before, after)
    if sorted(after) != list(range(trials)):
        faults.append(f"the trials are {sorted(after)}")
    faults += [f"trial {number} is {each[0]}" for number, each in after.items() if each[0] not in OVER]
    faults += [f"trial {n} reported epochs {e[2]}" for n, e in after.items() if e[2] != list(range(len(e[2])))]

    states = [each[0] for each in after.values()]
    print(f"{data}, {model}, {trials} trials in {took / 60:.0f} min with {len(moments)} kills; {machine()}")
    print(f"killed at: {'; '.join(moments)}")
    print(", ".join(f"{states.count(state)} {state.lower()}" for state in OVER))
    print(f"lost, doubled or changed: {faults or 'none'}")
    with (study / "trials.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    best = max((row for row in rows if row["state"] == "complete"), key=lambda row: float(row["ndcg@10"]))
    print(f"validation NDCG@10: as it is {float(rows[0]['ndcg@10']):.4f}, best {float(best['ndcg@10']):.4f}")
    print("settings of the best:", {name: best[name] for name in best if "." in name})

    dataset = source.read()
    tuned = Run.open(study / "best")
    default = train_once(get_recipe(model), dataset, study.parent / f"{model}-default", verbose=2)
    reports = [evaluate(run.model(), dataset.split.test, dataset.split.vocabulary) for run in (tuned, default)]
    gain = paired_difference(*reports, "ndcg@10")
    shown = [
        (name, f"{run.metrics()['validation/ndcg@10']:.4f}", f"{run.metrics()['test/ndcg@10']:.4f}")
        for name, run in (("tuned", tuned), ("as it is", default))
    ]
    print_table(("run", "NDCG@10 on validation", "NDCG@10 on test"), shown)
    print(f"on test {gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f}, p = {gain.p:.2g})")


def _trials(study: Path) -> Trials:
    """The trials of a study as they are now; none before it has begun."""
    if not (study / "study.db").exists():
        return {}
    return {
        each.number: (each.state.name, dict(each.params), sorted(each.intermediate_values))
        for each in open_database(study / "study.db").get_trials()
    }


def _changed(before: Trials, after: Trials) -> list[str]:
    """What of earlier trials is gone or different, beyond going on."""
    found = []
    for number, (state, settings, epochs) in before.items():
        if number not in after:
            found.append(f"trial {number} is gone")
            continue
        new_state, new_settings, new_epochs = after[number]
        if state in OVER and after[number] != before[number]:
            found.append(f"trial {number} was {state} and has changed")
        if any(new_settings.get(name) != value for name, value in settings.items()):
            found.append(f"trial {number} has other settings")
        if new_epochs[: len(epochs)] != epochs:
            found.append(f"trial {number} has lost epochs")
        if state == "RUNNING" and new_state == "WAITING":
            found.append(f"trial {number} has not gone on")
    return found


if __name__ == "__main__":
    typer.run(main)
