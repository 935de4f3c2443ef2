"""The retrieval task on the command line."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from tfrec_dl.cli.console import console, metric_table, say
from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.cli.options.retrieval import RetrievalOptions, prepared_source, retrieval_source
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.reports.settings import show_settings
from tfrec_dl.cli.tasks.task import FirstStage, TaskCommands, say_exported
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import Run
    from tfrec_dl.recipes.recipe import Recipe

CONTENT = "model.content."
GO_ON = {"perturbation", "warm_start"}  # settings of trainings that continue from another run
AUTO = "auto"  # given in place of a recipe name: uses the recipe that `tfrec-dl advise` suggests

# Maps parts of metrics.json to headings.
SHOWN = {
    "test": "test",
    "test_start": "after the first training",
    "test_warm": "warm items",
    "test_cold": "cold items",
}


class RetrievalCommands(TaskCommands):
    """Commands for finding items in the whole catalogue."""

    name = "retrieval"
    example = "gru,caser"

    def recipe(self, model: str | None, settings: Mapping[str, Any], options: Any, table: TableOptions) -> "Recipe":
        """Returns the recipe; a hybrid if items have features, unless an option or the network rules it out."""
        from tfrec_dl.families.item_features import settings_for_features

        if model is None:
            raise InputError("--model is missing: name a recipe of `tfrec-dl models`, for example gru, or auto.")
        chosen: RetrievalOptions = options
        if model == AUTO:
            model, advised = _advised(table, chosen)
            if GO_ON & {part for name in settings for part in name.split(".")}:
                advised.pop("refit", None)  # applies only to trainings from scratch
            settings = {**advised, **settings}
        if chosen.keep_seen:
            settings = {"training.keep_seen": True, **settings}
        if chosen.kind is not None:
            return self.named(model, {"kind": chosen.kind.value, **settings})
        by_itself = settings_for_features(self.named(model, settings), table.items)
        return self.named(model, {**by_itself, **settings})

    def show_recipes(self, recipes: "Sequence[Recipe]") -> None:
        """Prints each recipe with its settings; settings of feature readers are printed once, at the end."""
        from tfrec_dl.adversarial.losses import ADVERSARIAL_LOSSES
        from tfrec_dl.encoders.encoder import ENCODERS
        from tfrec_dl.features.readers import FUSIONS, PICTURE_READERS
        from tfrec_dl.losses.loss import LOSSES

        content: dict[str, Any] = {}
        for recipe in recipes:
            say(recipe.name, style="bold")
            say(f"  {recipe.source}")
            settings = recipe.family.settings(recipe)
            if recipe.family.settings_note:
                say(f"  {recipe.family.settings_note}")
            content |= {name: value for name, value in settings.items() if name.startswith(CONTENT)}
            for part in ("model.", "training."):
                own = {name: value for name, value in settings.items() if name.startswith(part)}
                show_settings({name: value for name, value in own.items() if name not in content})
            say()
        say("every recipe with --kind content or hybrid, and for the features of users", style="bold")
        show_settings({name.removesuffix(".name"): value for name, value in content.items()})
        say()
        say(f"model.body is one of {', '.join(ENCODERS)}")
        say(f"model.loss is one of {', '.join(LOSSES)}")
        say(f"model.adversarial_training.adversarial_loss is one of {', '.join(ADVERSARIAL_LOSSES)}")
        say(f"model.content.image is one of {', '.join(PICTURE_READERS)}")
        say(f"model.content.fusion is one of {', '.join(FUSIONS)}")
        say()

    def source(self, table: TableOptions, options: Any) -> Any:
        """Returns the source for the table or the prepared folder."""
        return prepared_source(table, options) or retrieval_source(table, options)

    def column_options(self, source: Any) -> Mapping[str, Iterable[str | None]]:
        """Maps each option to the column that it names; empty for a prepared folder."""
        parts = ("user", "item", "time", "rating")
        return {f"--{part}-column": (getattr(source, part),) for part in parts} if source.in_memory else {}

    def metric_table(self, run: "Run") -> Table:
        """Returns the metrics of a finished run on the test cases."""
        metrics = run.metrics()
        shown = {part: title for part, title in SHOWN.items() if f"{part}/ndcg@10" in metrics}
        seen = "kept" if run.recipe.training.keep_seen else "left out"
        return metric_table(metrics, shown, f"{run.recipe.name}, items of the history {seen}")

    def evaluate(self, run: "Run", part: str, keep_seen: bool | None, as_json: bool, out: Path | None) -> None:
        """Ranks the whole catalogue and prints the metrics; on a cold-start split also for warm and for cold items."""
        from tfrec_dl.evaluation.cold_start import evaluate_cold_start
        from tfrec_dl.evaluation.evaluate import evaluate
        from tfrec_dl.evaluation.scorer import as_scorer

        if out is not None:
            raise InputError(f"--out is for ranking runs, but {run.folder} is a retrieval run: leave it out.")
        dataset = run.dataset()
        split, scorer = dataset.split, as_scorer(run.model())
        suffix = {None: "", True: "_keep_seen", False: "_mask_seen"}[keep_seen]
        keep_seen = run.recipe.training.keep_seen if keep_seen is None else keep_seen
        name = f"{part}{suffix}"
        report = evaluate(scorer, getattr(split, part), split.vocabulary, keep_seen)
        reports, shown = {name: report}, {name: part}
        if dataset.cold_split is not None:
            by_kind = evaluate_cold_start(scorer, dataset.cold_split, part, keep_seen)  # type: ignore[arg-type]
            reports |= {f"{part}_{kind}{suffix}": found for kind, found in by_kind.items()}
            shown |= {f"{part}_{kind}{suffix}": f"{kind} items" for kind in ("warm", "cold")}
        metrics = {
            f"{where}/{metric}": value for where, found in reports.items() for metric, value in found.summary().items()
        }
        if as_json:
            typer.echo(json.dumps(metrics, indent=2))
            return
        seen = "seen items kept" if keep_seen else "seen items left out"
        title = f"{run.recipe.name}: {len(report):,} users, {len(split.vocabulary.ids):,} items, {seen}"
        console().print(metric_table(metrics, shown, title))

    def export(self, run: "Run", dest: Path, options: "ExportOptions", retrieval: FirstStage | None) -> None:
        """Exports a SavedModel that recommends items after histories."""
        self.refuse_first_stage(run, retrieval)
        family = run.recipe.family
        say_exported([run.recipe.name], family.export(run, dest, family.task.card(run), options))
        say(f'next: tfrec-dl recommend {dest} --history "id1,id2,id3"')


def _advised(table: TableOptions, options: RetrievalOptions) -> tuple[str, dict[str, Any]]:
    """Returns name and settings of the recipe that is advised for a table, and prints why."""
    from tfrec_dl.advice.advise import advise

    if prepared_source(table, options) is not None:
        raise InputError(f"--model {AUTO} needs a table, but {table.data} is a prepared folder: name a recipe.")
    with shown_progress():
        advice = advise(retrieval_source(table, options), True if options.keep_seen else None, with_cost=False)
    first = advice.advised[0]
    settings = {name: value for name, value in first.settings.items() if name != "kind"}  # the options decide the kind
    for reason in advice.reasons:
        say(f"{AUTO}: {reason.text}")
    say(f"{AUTO}: {first.recipe.name}{'' if advice.worth_a_network else ', though no network is worth it here'}")
    return first.recipe.name, settings
