"""Training seconds to a target validation NDCG@10 on MovieLens-1M: `gru`, and what a user would pick instead.

    python -m benchmarks.time_to_quality

The models are trained one after the other, each in a separate process with the same number of threads: `gru`, RecTools'
SASRec (softmax loss, same width, same L), RecBole's GRU4Rec, and the sequential model of TensorFlow Recommenders'
tutorial. The last item of each user is the test item, and the one before it is the validation item. Ranking is over the
full catalogue, with seen items masked.

Seconds are those of training up to the end of the pass that reached the target, including compilation but not
validation. A rival that has taken `--give` times our seconds without reaching the target is stopped after its current
pass. Nothing else may run on the machine.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import tfrec_dl
from benchmarks.against_recbole import Stopwatch
from benchmarks.tfrs_tutorial import read
from benchmarks.timing import machine, print_table, use_threads

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

EXTERNAL = Path(__file__).resolve().parent / "external"
LENGTH = 100
# Chosen by three short runs on the validation part, for speed. The schedule ends with the second pass.
SETTINGS: dict[str, Any] = {"max_length": LENGTH, "context": 0, "epochs": 2, "markov_order": 3}
RIVALS = ("rectools", "recbole", "tfrs")


@dataclass(frozen=True)
class Options:
    """What every model is given."""

    data: Path
    out: Path
    width: int
    target: float
    threads: int
    seed: int
    users: int | None


def train_ours(options: Options) -> dict[str, Any]:
    """Trains `gru` until the target in this process."""
    use_threads(options.threads)
    tf.keras.utils.set_random_seed(options.seed)
    settings = {**SETTINGS, "dimension": options.width, "seed": options.seed}
    recipe = tfrec_dl.get_recipe("gru").with_settings(settings)
    split = tfrec_dl.leave_last_out(read(options.data, options.users))
    model = tfrec_dl.build_model(recipe, split.vocabulary)
    watch = Stopwatch(options.target)
    start = time.perf_counter()
    tfrec_dl.fit(model, split, recipe.training, [watch], verbose=0)
    seconds = time.perf_counter() - start
    targets = int(np.maximum(split.train.lengths - 1, 0).sum())
    return {"passes": watch.passes, "targets_per_pass": targets, "seconds": seconds, "recipe": recipe.to_dict()}


def command_of(name: str, options: Options, seconds: float) -> list[str]:
    """The command that trains a model until the target or for so many seconds."""
    out = str(options.out / f"{name}.json")
    common = ["--data", str(options.data), "--out", out, "--threads", str(options.threads)]
    common += ["--seed", str(options.seed)]
    limits = ["--target", str(options.target), "--seconds", str(seconds)]
    users = [] if options.users is None else ["--users", str(options.users)]
    if name == "ours":
        child = ["--child", "--width", str(options.width), "--target", str(options.target)]
        return [sys.executable, "-m", "benchmarks.time_to_quality", *child, *common[:2], "--out", str(options.out)] + [
            *common[4:],
            *users,
        ]
    if name == "tfrs":
        return [sys.executable, "-m", "benchmarks.tfrs_tutorial", "--epochs", "1000", *common, *limits, *users]
    if name == "recbole":
        script = [str(EXTERNAL / "recbole_ml100k.py"), "GRU4Rec"]
        return [sys.executable, *script, *common, *limits, *(["--batches", "20"] if users else [])]
    shape = ["--width", str(options.width), "--length", str(LENGTH)]
    return [sys.executable, str(EXTERNAL / "rectools_sasrec.py"), *common, *limits, *shape, *users]


def targets_per_pass(name: str, result: dict[str, Any], data: Path, users: int | None) -> int:
    """Targets that a pass trains on: RecTools takes of each user the last ones alone."""
    if "targets_per_pass" in result:
        return int(result["targets_per_pass"])
    if name == "recbole":
        return int(result["training_samples"])
    lengths = tfrec_dl.leave_last_out(read(data, users)).train.lengths
    return int(np.clip(lengths - 1, 0, LENGTH).sum())


def main(
    data: Annotated[Path, typer.Option(help="Table of interactions.")] = Path("../shared/data/ml-1m/ratings.csv.gz"),
    out: Annotated[Path, typer.Option(help="New folder for the results.")] = Path("runs/time_to_quality"),
    target: Annotated[float, typer.Option(help="Validation NDCG@10 to reach.")] = 0.15,
    width: Annotated[int, typer.Option(help="Width of the item vectors, ours and RecTools'.", min=1)] = 64,
    rivals: Annotated[str, typer.Option(help="Comma-separated rivals.")] = ",".join(RIVALS),
    give: Annotated[float, typer.Option(help="Stop a rival after this multiple of our seconds.", min=0)] = 4.0,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    seed: Annotated[int, typer.Option()] = 0,
    users: Annotated[int | None, typer.Option(help="Use only the first users, for a smoke test.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a plot of quality against training seconds.")] = None,
    child: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Trains all, and prints the table."""
    options = Options(data.resolve(), out.resolve(), width, target, threads, seed, users)
    options.out.mkdir(parents=True, exist_ok=True)
    if child:
        (options.out / "ours.json").write_text(json.dumps(train_ours(options), indent=1) + "\n")
        return
    if any(options.out.iterdir()):
        raise typer.BadParameter(f"{out} holds results that the rivals would go on from: name another folder")
    results: dict[str, dict[str, Any]] = {}
    limit = 0.0
    for name in ("ours", *(rival for rival in rivals.split(",") if rival)):
        print(f"{name}:", flush=True)
        subprocess.run(command_of(name, options, limit), check=name == "ours")
        results[name] = json.loads((options.out / f"{name}.json").read_text())
        if name == "ours":
            limit = give * results[name]["passes"][-1]["training_seconds"]
    print(f"\n{machine()}; {threads} threads; validation NDCG@10 of {target}, seed {seed}")
    print(f"ours with validation between the passes: {results['ours']['seconds']:.0f} s in all\n")
    print_table(
        ["", "training seconds", "times ours", "passes", "seconds a pass", "targets a second", "last NDCG@10"],
        [row(name, result, results["ours"], options) for name, result in results.items()],
    )
    if plot is not None:
        draw({titles(width)[name]: result["passes"] for name, result in results.items()}, target, plot)
        print(f"plot: {plot}")


def titles(width: int) -> dict[str, str]:
    """What the models are called."""
    return {
        "ours": f"`gru` with the short path (`markov_order` 3), width {width}",
        "rectools": f"RecTools SASRec, softmax, width {width}",
        "recbole": "RecBole GRU4Rec",
        "tfrs": "TFRS tutorial",
    }


def draw(passes: dict[str, list[dict[str, float]]], target: float, path: Path) -> None:
    """Validation NDCG@10 after each pass by the seconds of training so far."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for title, done in passes.items():
        seconds = [passed["training_seconds"] for passed in done]
        axes.plot(seconds, [passed["validation/ndcg@10"] for passed in done], marker="o", label=title.replace("`", ""))
    axes.axhline(target, color="grey", linestyle=":")
    axes.set(xlabel="seconds of training", ylabel="validation NDCG@10", ylim=(0, None), xlim=(0, None))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, bbox_inches="tight")
    pyplot.close(figure)


def row(name: str, result: dict[str, Any], ours: dict[str, Any], options: Options) -> list[str]:
    """A line of the table; seconds without a target reached are a lower bound."""
    last = result["passes"][-1]
    bound = "" if last["validation/ndcg@10"] >= options.target else "> "
    seconds = [float(passed["seconds"]) for passed in result["passes"]]
    share = 1.0
    if name == "tfrs" and len(seconds) == 1:
        share = last["batches"] * 12_800 / result["targets_per_pass"]  # it may have been stopped within its pass
    targets = targets_per_pass(name, result, options.data, options.users) * min(share, 1.0)
    return [
        titles(options.width)[name],
        f"{bound}{last['training_seconds']:.0f}",
        f"{bound}{last['training_seconds'] / ours['passes'][-1]['training_seconds']:.2f}",
        str(len(seconds)),
        f"{np.median(seconds):.1f}",
        f"{targets / np.median(seconds):,.0f}",
        f"{last['validation/ndcg@10']:.4f}",
    ]


if __name__ == "__main__":
    typer.run(main)
