"""The ranking task on the command line."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from tfrec_dl.cli.console import say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.cli.options.ranking import RANKER, ranking_source
from tfrec_dl.cli.reports.settings import show_settings
from tfrec_dl.cli.tasks.task import FirstStage, TaskCommands, say_exported
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import Run
    from tfrec_dl.recipes.recipe import Recipe


class RankingCommands(TaskCommands):
    """Commands for ordering candidates by clicks, conversions or ratings."""

    name = "ranking"
    example = "din,dcn"

    def recipe(self, model: str | None, settings: Mapping[str, Any], options: Any, table: TableOptions) -> "Recipe":
        """Returns the recipe; the default is a deep interest network."""
        return self.named(model or RANKER, settings)

    def show_recipes(self, recipes: "Sequence[Recipe]") -> None:
        """Prints the settings specific to each recipe, then the shared ones."""
        from tfrec_dl.cli.reports.ranking_models import ranking_models
        from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS

        say("for --task ranking", style="bold")
        say()
        for heading, source, settings in ranking_models(recipes):
            say(heading, style="bold")
            say(f"  {source}")
            show_settings(settings)
            say()
        say("model.sharing is shared_bottom, shared_embeddings or mmoe, model.click choice or click,")
        say(f"model.rating.output {' or '.join(RATING_OUTPUTS)}, model.calibration platt, isotonic or none")

    def source(self, table: TableOptions, options: Any) -> Any:
        """Returns the source for the table of impressions; infers the kind of label from its values."""
        return ranking_source(table, options)

    def column_options(self, source: Any) -> Mapping[str, Iterable[str | None]]:
        """Maps each option to the columns that it names."""
        feedback = source.feedback
        return {
            "--label": (feedback.click, feedback.rating),
            "--user-column": (source.user,),
            "--item-column": (source.item,),
            "--time-column": (source.time,),
            "--list-column": source.lists,
            "--position-column": (source.position,),
            "--part-column": (source.part,),
            "--conversion-column": (feedback.conversion,),
            "--confidence-column": (feedback.confidence,),
            "--weight-column": (feedback.weight,),
            "--context-feature": tuple(source.context),
        }

    def metric_table(self, run: "Run") -> Table:
        """Returns the metrics of a finished run on the test impressions."""
        from tfrec_dl.cli.reports.ranking_metrics import ranking_table

        return ranking_table(run.metrics(), "test", f"{run.recipe.name} on test impressions")

    def evaluate(self, run: "Run", part: str, keep_seen: bool | None, as_json: bool, out: Path | None) -> None:
        """Prints the metrics of the impressions, and writes files on the reliability of click predictions."""
        from tfrec_dl.cli.reports.ranking_evaluation import evaluate_ranking_run

        if keep_seen is not None:
            raise InputError(f"--keep-seen is for retrieval, but {run.folder} is a ranking run: leave it out.")
        folder = out or run.folder
        require_writable(folder)
        folder.mkdir(parents=True, exist_ok=True)
        evaluate_ranking_run(run, part, folder, as_json)

    def export(self, run: "Run", dest: Path, options: "ExportOptions", retrieval: FirstStage | None) -> None:
        """Exports a SavedModel that ranks, alone or after a retrieval run."""
        family = run.recipe.family
        if retrieval is None:
            card = family.task.card(run)
            version = family.export(run, dest, card, options)
            say_exported([run.recipe.name], version)
            say(f"next: tfrec-dl rank {dest} --candidates TABLE")
            return
        from tfrec_dl.families.run import open_run
        from tfrec_dl.two_stage.card import two_stage_card
        from tfrec_dl.two_stage.export import export_two_stage

        run.metrics()  # rejects an unfinished run
        finder = open_run(retrieval.run)
        if finder.recipe.family.task.name == self.name:
            raise InputError(f"--retrieval {retrieval.run} is a ranking run: name a retrieval run.")
        version = export_two_stage(
            finder,
            run.model().without_users() if options.anonymous_users else run,
            dest,
            retrieval.candidates,
            retrieval.k,
            options.k_max,
            two_stage_card(finder, run),
            options.keep_seen,
            options.attribute_source(finder.source),
            options.shown_source(finder.source),
            options.index_request(finder),
        )
        say_exported([finder.recipe.name, run.recipe.name], version)
        say(f"next: tfrec-dl rank {dest} --candidates TABLE")
        say(f'or: tfrec-dl recommend {dest} --user ID --history "id1,id2,id3"')
