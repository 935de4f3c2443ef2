"""`tfrec-dl train`."""

from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import console, keras_verbosity, metric_table, say
from tfrec_dl.cli.folders import require_unfinished, require_writable
from tfrec_dl.cli.options.common import TableOptions, Task, TaskOption, TrainingOptions, refuse_given
from tfrec_dl.cli.options.devices import DeviceOptions, open_devices, restarting
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.ranking import RankingOptions, ranking_recipe, ranking_source
from tfrec_dl.cli.options.retrieval import RetrievalOptions, prepared_source, retrieval_source, settled
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

# Parts of metrics.json -> heading.
SHOWN = {"test": "test", "test_start": "before the game", "test_warm": "warm items", "test_cold": "cold items"}


@grouped
def train(
    *,
    task: TaskOption = Task.RETRIEVAL,
    table: TableOptions,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default=False, help="A recipe of `tfrec-dl models`; for ranking by default din."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="RUN", show_default=False, help="Folder of the run.")],
    training: TrainingOptions,
    retrieval: RetrievalOptions,
    devices: DeviceOptions,
    ranking: RankingOptions,
) -> None:
    """Train a model on a table of interactions, or of impressions.

    RUN gets config.json, metrics.json, history.csv, checkpoints and TensorBoard logs; that of a stack a run of each
    member, that of a game one of its generator before the game. Interrupted at any moment, the same command continues
    it. A finished RUN is never overwritten.
    """
    require_writable(out)
    require_unfinished(out)
    if task is Task.RANKING:
        refuse_given(retrieval, Task.RETRIEVAL)
        refuse_given(devices, Task.RETRIEVAL)
        _train_ranking(table, model, out, ranking, training)
        return
    refuse_given(ranking, Task.RANKING)
    if model is None:
        raise InputError("--model is missing: name a recipe of `tfrec-dl models`, for example gru.")
    _train_retrieval(table, model, out, retrieval, devices, training)


def _train_ranking(
    table: TableOptions, model: str | None, out: Path, options: RankingOptions, training: TrainingOptions
) -> None:
    settings = training.settings()
    quiet_tensorflow()
    from tfrec_dl.cli.reports.ranking import RankingNarrator
    from tfrec_dl.cli.reports.ranking_metrics import ranking_table
    from tfrec_dl.lifecycle.compare import refuse_other_recipe
    from tfrec_dl.ranking.train import train_ranking

    recipe = ranking_recipe(model, settings)
    refuse_other_recipe(recipe, out)
    source = ranking_source(table, options)
    narrator = RankingNarrator(recipe.model.click is not None)
    run = train_ranking(recipe, source, out, [narrator], keras_verbosity())
    console().print(ranking_table(run.metrics(), "test", f"{recipe.name} on test impressions"))
    say(f"figures: {out / 'metrics.json'}; epochs: {out / 'history.csv'}; curves: tensorboard --logdir {out / 'logs'}")
    say(f"next: tfrec-dl evaluate {out}, or tfrec-dl export {out} DEST")


def _train_retrieval(
    table: TableOptions,
    model: str,
    out: Path,
    options: RetrievalOptions,
    devices: DeviceOptions,
    training: TrainingOptions,
) -> None:
    settings = training.settings()
    quiet_tensorflow()
    from tfrec_dl.adversarial.outcome import read_outcome
    from tfrec_dl.cli.reports.retrieval import Narrator
    from tfrec_dl.lifecycle.compare import refuse_other_recipe
    from tfrec_dl.lifecycle.train import train
    from tfrec_dl.recipes.named import get_recipe
    from tfrec_dl.runs.strategies import is_chief
    from tfrec_dl.stacking.configuration import StackedConfig

    recipe = settled(get_recipe(model), settings, options.kind, table.items)
    refuse_other_recipe(recipe, out)
    source = prepared_source(table, options) or retrieval_source(table, options)
    strategy = open_devices(devices, out)
    if strategy is None:
        return
    with restarting(out):
        run = train(recipe, source, out, [Narrator()], keras_verbosity(), strategy)
    if not is_chief(strategy):
        say(f"this worker is done; the chief measures the model and finishes {out}")
        return

    metrics = run.metrics()
    shown = {part: title for part, title in SHOWN.items() if f"{part}/ndcg@10" in metrics}
    console().print(metric_table(metrics, shown, f"{recipe.name}, items of the history left out"))
    if isinstance(recipe.model, StackedConfig):
        shares = ", ".join(f"{name} {weight:.2f}" for name, weight in run.stacked_model().weights().items())
        say(f"weights of the members' standardised scores: {shares}")
        kept = f"runs of the members: {out / 'members'}; curves: tensorboard --logdir {out}"
    else:
        if "test_gain/ndcg@10" in metrics:
            gain, low, high, p = (metrics[f"test_gain/ndcg@10{part}"] for part in ("", "/low", "/high", "/p"))
            covered = metrics["test_gain/coverage@10"]
            kept = read_outcome(out)["kept_epoch"]
            say(f"kept: the generator {f'after epoch {kept} of' if kept else 'as it was before'} the game")
            say(f"the game added {gain:+.4f} to ndcg@10 ({low:+.4f} to {high:+.4f}, p = {p:.2g})")
            say(f"and {covered:+.4f} to coverage@10")
        kept = f"epochs: {out / 'history.csv'}; curves: tensorboard --logdir {out / 'logs'}"
    say(f"figures: {out / 'metrics.json'}; {kept}")
    say(f"next: tfrec-dl export {out} DEST")
