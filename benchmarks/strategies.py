"""The same training on one device, on several devices, and on a cluster whose tasks are killed.

python -m benchmarks.strategies logical-devices
python -m benchmarks.strategies kill
python -m benchmarks.strategies kill --task 0
python -m benchmarks.strategies parameter-server

All train `gru` on MovieLens-100K. The clusters are processes on this machine that communicate over loopback.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

import tfrec_dl
from benchmarks.loopback import Cluster
from benchmarks.settings import DATA_SETS
from benchmarks.timing import machine, print_table
from tfrec_dl.quiet import quiet_tensorflow

# After tfrec_dl.
import tensorflow as tf  # isort: skip

app = typer.Typer(help="Trains gru on MovieLens-100K on several devices and tasks.", pretty_exceptions_enable=False)

PROGRAM = (sys.executable, "-c", "from tfrec_dl.cli import app; app(prog_name='tfrec-dl')")
MINUTES = 60.0
METRIC = "ndcg@10"

DataOption = Annotated[Path, typer.Option("--data", help="Table of MovieLens-100K.")]
RunsOption = Annotated[Path, typer.Option("--runs", help="Folder for runs and logs.")]
EpochsOption = Annotated[int, typer.Option("--epochs", help="Training epochs of everything that is compared.", min=1)]
LimitOption = Annotated[float, typer.Option("--limit", help="Minutes after which a cluster is given up.")]
DATA = Path("../shared/data") / DATA_SETS["ml-100k"].path
RUNS = Path("runs/strategies")
EPOCHS = 8


@app.command("logical-devices")
def logical_devices(data: DataOption = DATA, runs: RunsOption = RUNS, epochs: EpochsOption = EPOCHS) -> None:
    """One device against two logical CPUs (MirroredStrategy): the same global batch, the same seed."""
    tf.config.set_visible_devices([], "GPU")
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    recipe = tfrec_dl.get_recipe("gru").with_settings(_settings(epochs))
    found: dict[str, tfrec_dl.Run] = {}
    firsts: list[float] = []
    for title, name in (("one device", "none"), ("two logical CPUs", "mirrored")):
        first = FirstLoss()
        folder = _fresh(runs / f"logical-devices-{name}")
        strategy = tfrec_dl.make_strategy(name)
        found[title] = tfrec_dl.train(recipe, tfrec_dl.DataSource(str(data)), folder, [first], 2, strategy)
        firsts.append(first.loss)

    print(f"\n{machine()}\n")
    difference = f"{abs(firsts[0] - firsts[1]):.1e}"
    print_table(("", *found, "difference"), [("loss of the first step", *map(_seven, firsts), difference)])
    one, two = (_history(run.folder)["loss"] for run in found.values())
    epochs_of_both = [
        (epoch + 1, *(f"{loss:.5f}" for loss in losses), f"{abs(losses[0] - losses[1]):.1e}")
        for epoch, losses in enumerate(zip(one, two, strict=False))
    ]
    print_table(("loss of epoch", *found, "difference"), epochs_of_both)
    _print_quality(found)


@app.command()
def kill(
    task: Annotated[int, typer.Option(help="The worker to kill; 0 is the chief.", min=0, max=1)] = 1,
    after: Annotated[int, typer.Option(help="Number of finished epochs after which it is killed.", min=2)] = 4,
    data: DataOption = DATA,
    runs: RunsOption = RUNS,
    epochs: EpochsOption = EPOCHS,
    limit: LimitOption = 20.0,
) -> None:
    """Two workers in step (MultiWorkerMirroredStrategy), one killed with SIGKILL in mid-epoch and started again."""
    settings = _settings(epochs)
    alone = _alone(settings, data, runs / f"alone-{epochs}")
    folder, logs = _fresh(runs / f"killed-{task}"), runs / f"killed-{task}-logs"
    logs.mkdir(parents=True, exist_ok=True)
    command = _program(settings, data, folder, "multi-worker")
    with Cluster({"worker": 2}, lambda kind: command, logs) as cluster:
        cluster.wait(lambda: _finished(folder) >= after, limit * MINUTES)
        time.sleep(_history(folder)["seconds"].iloc[-1] / 2)
        cluster.kill(("worker", task))
        began, finished = time.monotonic(), _finished(folder)
        cluster.wait(lambda: _finished(folder) > finished, limit * MINUTES)
        seconds = time.monotonic() - began
        cluster.wait(cluster.ended, limit * MINUTES)

    begun = {number: _epochs_begun(cluster.log(("worker", number))) for number in range(2)}
    print(f"\n{machine()}\n")
    print_table(
        ("", "worker 0", "worker 1"),
        [
            ("killed", *("SIGKILL" if number == task else "" for number in range(2))),
            ("started again by the orchestrator", *(cluster.restarts["worker", number] for number in range(2))),
            ("started itself again", *(_in_log(cluster, number, "starting again from") for number in range(2))),
            ("which epochs were begun more than once", *(_repeated(begun[number]) for number in range(2))),
        ],
    )
    print(f"Killed in epoch {finished + 1}, which was finished {seconds:.0f} s later.\n")
    twice = sum(1 for count in _history(folder)["epoch"].value_counts() if count > 1)
    print(f"{len(_history(folder))} epochs in history.csv, {twice} of them twice.\n")
    _print_quality({"one process": tfrec_dl.Run.open(alone), "two workers, one killed": tfrec_dl.Run.open(folder)})


@app.command("parameter-server")
def parameter_server(
    data: DataOption = DATA,
    runs: RunsOption = RUNS,
    epochs: EpochsOption = EPOCHS,
    limit: LimitOption = 20.0,
) -> None:
    """A chief, two workers and two parameter servers, the item table divided between these."""
    settings = {**_settings(epochs), "dimension": 128}
    alone = _alone(settings, data, runs / f"alone-128-{epochs}")
    folder, logs = _fresh(runs / "parameter-server"), runs / "parameter-server-logs"
    logs.mkdir(parents=True, exist_ok=True)
    serve = _program(settings, data, folder, "parameter-server")
    lead = (sys.executable, "-m", "benchmarks.strategies", "chief", str(data), str(folder), *_texts(settings))
    commands = {"chief": lead, "worker": serve, "ps": serve}
    with Cluster({"chief": 1, "worker": 2, "ps": 2}, commands.__getitem__, logs) as cluster:
        cluster.wait(cluster.ended, limit * MINUTES)

    print(f"\n{machine()}\n")
    shards = re.findall(r"^shard (\S+) (\S+) (\S+)$", cluster.log(("chief", 0)).read_text(), re.MULTILINE)
    print_table(("shard", "shape", "on"), shards)
    restarts = {f"{kind} {number}": count for (kind, number), count in cluster.restarts.items() if count}
    print(f"Started again: {restarts or 'none'}. All tasks ended by themselves.\n")
    _print_quality({"one process": tfrec_dl.Run.open(alone), "parameter servers": tfrec_dl.Run.open(folder)})


@app.command(hidden=True)
def chief(data: Path, folder: Path, settings: list[str]) -> None:
    """The chief of `parameter-server`: says where the parts of a divided table are, and trains."""
    strategy = tfrec_dl.make_strategy("parameter-server")
    recipe = tfrec_dl.get_recipe("gru").with_settings(dict(text.split("=") for text in settings))
    tfrec_dl.train(recipe, tfrec_dl.DataSource(str(data)), folder, [Shards()], 2, strategy)


class FirstLoss(tf.keras.callbacks.Callback):
    """Keeps the loss of the first step."""

    loss = float("nan")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """Keras's figure is the mean of the epoch so far."""
        if self.loss != self.loss:
            self.loss = logs["loss"]


class Shards(tf.keras.callbacks.Callback):
    """Prints the parts of divided variables, with the parameter server that holds each."""

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """One line a part."""
        for variable in self.model.variables:
            if "part_" in variable.name:
                device = tf.DeviceSpec.from_string(variable.device)
                shape = "x".join(map(str, variable.shape))
                print(f"shard {variable.name} {shape} {device.job}:{device.task}", flush=True)


def _settings(epochs: int) -> dict[str, Any]:
    """Of all that is compared; patience spans the epochs, so that all have as many."""
    return {**DATA_SETS["ml-100k"].settings["gru"], "epochs": epochs, "patience": epochs}


def _texts(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in settings.items()]


def _program(settings: Mapping[str, Any], data: Path, folder: Path, strategy: str) -> tuple[str, ...]:
    """The command line that trains."""
    chosen = [part for text in _texts(settings) for part in ("--set", text)]
    options = ("--data", str(data), "--model", "gru", "--out", str(folder), "--strategy", strategy)
    return (*PROGRAM, "train", *options, *chosen)


def _alone(settings: Mapping[str, Any], data: Path, folder: Path) -> Path:
    """The run of one process, unless it is there already."""
    if not (folder / "metrics.json").exists():
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
        subprocess.run(_program(settings, data, folder, "none"), check=True, env=environment)
    return folder


def _fresh(folder: Path) -> Path:
    """A folder that is not there, its parents are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def _history(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "history.csv")


def _finished(folder: Path) -> int:
    """Epochs whose checkpoint is written."""
    found = [re.search(r"ckpt-(\d+)\.index$", path.name) for path in (folder / "checkpoints").glob("ckpt-*.index")]
    return max((int(match[1]) for match in found if match), default=0)


def _epochs_begun(log: Path) -> list[int]:
    return [int(number) for number in re.findall(r"^Epoch (\d+)/", log.read_text(errors="replace"), re.MULTILINE)]


def _repeated(epochs: Sequence[int]) -> str:
    return ", ".join(str(epoch) for epoch in sorted(set(epochs)) if epochs.count(epoch) > 1) or "none"


def _in_log(cluster: Cluster, number: int, text: str) -> int:
    return cluster.log(("worker", number)).read_text(errors="replace").count(text)


def _seven(number: float) -> str:
    return f"{number:.7f}"


def _print_quality(runs: Mapping[str, tfrec_dl.Run]) -> None:
    """Prints the test metrics of the runs, each beside those of the first."""
    reports = {title: tfrec_dl.evaluate(run.model(), run.split().test, run.vocabulary()) for title, run in runs.items()}
    first, *_ = reports.values()
    rows = []
    for title, run in runs.items():
        history, figures = _history(run.folder), run.metrics()
        low, high = (figures[f"test/{METRIC}/{end}"] for end in ("low", "high"))
        difference = tfrec_dl.paired_difference(reports[title], first, METRIC)
        rows.append(
            (
                title,
                len(history),
                f"{history['seconds'].median():.1f}",
                f"{history[f'val_{METRIC}'].max():.4f}",
                f"{figures[f'test/{METRIC}']:.4f}",
                f"{low:.4f} to {high:.4f}",
                f"{difference.difference:+.4f} ({difference.low:+.4f} to {difference.high:+.4f})",
            )
        )
    header = ("", "epochs", "seconds an epoch", "validation NDCG@10", "test NDCG@10", "95 % interval", "difference")
    print_table(header, rows)


if __name__ == "__main__":
    quiet_tensorflow()
    app()
