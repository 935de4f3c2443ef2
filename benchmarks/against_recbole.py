"""One of our recipes and RecBole 1.2.1's counterpart on ml-100k, one after the other, each alone on the machine.

    python -m benchmarks.against_recbole gru           # training seconds to RecBole's best validation NDCG@10
    python -m benchmarks.against_recbole next_it_net   # seconds per pass; equal width, kernel, dilations and L

Training seconds include only the passes, not the validation between them. Ours include the compilation in the first
pass. The benchmark takes some minutes on an otherwise idle machine, nearly all of them in RecBole.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

import tfrec_dl
from benchmarks.settings import DATA_SETS

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

EXTERNAL = Path(__file__).resolve().parent / "external" / "recbole_ml100k.py"
RATINGS = Path("../shared/data/ml-100k/ratings.csv.gz")
VENV = EXTERNAL.parent / ".venv-recbole"
NEXT_IT_NET = {
    "channels": 64,
    "dimension": 64,
    "kernel_size": 3,
    "dilations": (1, 4) * 5,
    "max_length": 50,
    "state_dropout": 0.0,
    "embedding_dropout": 0.0,
    "context": 0,
    "batch_size": 256,
}
# Our recipe -> RecBole's model, its passes at most, our settings beyond those of benchmarks/settings.py.
PAIRS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "gru": ("GRU4Rec", 200, {}),
    "next_it_net": ("NextItNet", 2, NEXT_IT_NET),
}


class Stopwatch(tf.keras.callbacks.Callback):
    """Seconds of each pass up to its last batch, validation NDCG@10 after it; stops where `target` is reached."""

    def __init__(self, target: float) -> None:
        super().__init__()
        self.target = target
        self.passes: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.end = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        seconds, score = self.end - self.start, float((logs or {})["val_ndcg@10"])
        total = seconds + (self.passes[-1]["training_seconds"] if self.passes else 0.0)
        row = {"epoch": epoch + 1, "seconds": seconds, "training_seconds": total, "validation/ndcg@10": score}
        self.passes.append(row)
        print(f"pass {epoch + 1:3}  {seconds:7.1f} s  validation NDCG@10 {score:.4f}", flush=True)
        if score >= self.target:
            self.model.stop_training = True


def ours(name: str, data: Path, settings: dict[str, Any], target: float, threads: int, seed: int) -> dict[str, Any]:
    """Trains our recipe until its validation NDCG@10 reaches the target, or its own end."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.keras.utils.set_random_seed(seed)
    recipe = tfrec_dl.get_recipe(name).with_settings({**settings, "seed": seed})
    split = tfrec_dl.leave_last_out(tfrec_dl.Interactions.read(data))
    watch = Stopwatch(target)
    tfrec_dl.fit(tfrec_dl.build_model(recipe, split.vocabulary), split, recipe.training, [watch], verbose=0)
    return {"recipe": recipe.to_dict(), "passes": watch.passes}


def recbole(model: str, epochs: int, data: Path, venv: Path, threads: int, seed: int, out: Path) -> dict[str, Any]:
    """RecBole's result; trained here unless `out` holds it, finished."""
    if not (out.is_file() and "test/ndcg@10" in json.loads(out.read_text())):
        command = [sys.executable, EXTERNAL, model, "--data", data, "--venv", venv, "--out", out]
        options = ["--threads", threads, "--epochs", epochs, "--seed", seed]
        subprocess.run([str(part) for part in [*command, *options]], check=True)
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def main(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(PAIRS)}.")],
    data: Annotated[Path, typer.Option(help="ml-100k's ratings.csv.gz.")] = RATINGS,
    venv: Annotated[Path, typer.Option(help="RecBole's environment; created if missing.")] = VENV,
    threads: Annotated[int, typer.Option(help="Threads per library.", min=1)] = 2,
    seed: Annotated[int, typer.Option(help="Seed for both libraries.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("runs/against_recbole"),
) -> None:
    """Trains both, prints and writes the comparison."""
    if name not in PAIRS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(PAIRS)}")
    model, epochs, settings = PAIRS[name]
    out.mkdir(parents=True, exist_ok=True)
    theirs = recbole(model, epochs, data, venv, threads, seed, out / f"recbole_{model.lower()}_seed{seed}.json")
    target = theirs["best_validation/ndcg@10"]
    print(f"RecBole {model}: best validation NDCG@10 {target:.4f} after {theirs['training_seconds_to_best']:.0f} s")
    settings = {**DATA_SETS["ml-100k"].settings.get(name, {}), **settings}
    if name == "next_it_net":
        settings["epochs"] = 5
    result = ours(name, data, settings, target if name == "gru" else float("inf"), threads, seed)

    their_pass = statistics.median(row["seconds"] for row in theirs["passes"])
    our_pass = statistics.median(row["seconds"] for row in result["passes"][1:] or result["passes"])
    reached = next((row for row in result["passes"] if row["validation/ndcg@10"] >= target), None)
    summary = {
        "threads": threads,
        "recbole/seconds_per_pass": their_pass,
        "seconds_per_pass": our_pass,
        "seconds_per_pass_ratio": our_pass / their_pass,
        "recbole/best_validation/ndcg@10": target,
        "recbole/training_seconds_to_best": theirs["training_seconds_to_best"],
        "training_seconds_to_recbole_best": reached["training_seconds"] if reached else None,
        "training_seconds_ratio": reached["training_seconds"] / theirs["training_seconds_to_best"] if reached else None,
    }
    (out / f"{name}_seed{seed}.json").write_text(json.dumps({**summary, "ours": result}, indent=1) + "\n")
    for key, value in summary.items():
        print(f"{key:38} {value if value is None or isinstance(value, int) else round(value, 4)}")


if __name__ == "__main__":
    typer.run(main)
