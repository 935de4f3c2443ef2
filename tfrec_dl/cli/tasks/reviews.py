"""The task of predicting ratings from reviews on the command line."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from tfrec_dl.cli.console import console, metric_table, say
from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.cli.options.reviews import MODEL, review_source
from tfrec_dl.cli.reports.settings import show_settings
from tfrec_dl.cli.tasks.task import FirstStage, TaskCommands, say_exported
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import Run
    from tfrec_dl.recipes.recipe import Recipe


class ReviewCommands(TaskCommands):
    """Commands for predicting the rating of a user and an item from reviews."""

    name = "reviews"
    example = MODEL

    def recipe(self, model: str | None, settings: Mapping[str, Any], options: Any, table: TableOptions) -> "Recipe":
        """Returns the recipe; the default is DeepCoNN."""
        return self.named(model or MODEL, settings)

    def show_recipes(self, recipes: "Sequence[Recipe]") -> None:
        """Prints each recipe with its settings."""
        from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS
        from tfrec_dl.reviews.readers import READERS

        say("for --task reviews", style="bold")
        say()
        for recipe in recipes:
            say(recipe.name, style="bold")
            say(f"  {recipe.source}")
            settings = recipe.family.settings(recipe)
            for part in ("model.", "training."):
                own = {name: value for name, value in settings.items() if name.startswith(part)}
                show_settings({name.removesuffix(".name"): value for name, value in own.items()})
            say()
        say(f"model.reader is {' or '.join(READERS)}, model.output {' or '.join(RATING_OUTPUTS)}")

    def source(self, table: TableOptions, options: Any) -> Any:
        """Returns the source for the table of reviews."""
        return review_source(table, options)

    def column_options(self, source: Any) -> Mapping[str, Iterable[str | None]]:
        """Maps each option to the columns that it names."""
        return {
            "--user-column": (source.user,),
            "--item-column": (source.item,),
            "--rating-column": (source.rating,),
            "--text-column": source.texts or ("review",),
        }

    def metric_table(self, run: "Run") -> Table:
        """Returns the metrics of a finished run on the test ratings, beside those of the baseline."""
        shown = {"test": "test", "test_bias": "rating_bias"}
        return metric_table(run.metrics(), shown, f"{run.recipe.name} on test ratings")

    def evaluate(self, run: "Run", part: str, keep_seen: bool | None, as_json: bool, out: Path | None) -> None:
        """Prints the errors on the held-out ratings."""
        from tfrec_dl.evaluation.ratings import evaluate_ratings
        from tfrec_dl.reviews.measure import part_metrics

        for option, given in (("--keep-seen", keep_seen is not None), ("--out", out is not None)):
            if given:
                raise InputError(
                    f"{option} is for other tasks, but {run.folder} is a run of --task reviews: leave it out."
                )
        report = evaluate_ratings(run.model(), getattr(run.split(), part))
        metrics = part_metrics(part, report)
        if as_json:
            typer.echo(json.dumps(metrics, indent=2))
            return
        console().print(metric_table(metrics, {part: part}, f"{run.recipe.name}: {len(report):,} ratings"))

    def export(self, run: "Run", dest: Path, options: "ExportOptions", retrieval: FirstStage | None) -> None:
        """Exports a SavedModel that takes user and item ids and returns ratings."""
        self.refuse_first_stage(run, retrieval)
        family = run.recipe.family
        version = family.export(run, dest, family.task.card(run), options)
        say_exported([run.recipe.name], version)
        say(f"next: in Python, tfrec_dl.load_ratings({str(dest)!r}).predict_ratings([user, ...], [item, ...])")
