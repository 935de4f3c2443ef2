"""`tfrec-dl compare`."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.console import INTERRUPTED, complain, console, keras_verbosity, say
from tfrec_dl.cli.folders import require_only, require_writable
from tfrec_dl.cli.options import (
    BatchSize,
    Data,
    Epochs,
    ItemColumn,
    ItemFeature,
    Items,
    KindOption,
    MaxLength,
    RatingColumn,
    Seed,
    Settings,
    SplitName,
    SplitOption,
    TimeColumn,
    UserColumn,
    UserFeature,
    Users,
    parse_kinds,
    parse_settings,
    settled,
)
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TITLE = "test cases, items of the history left out"
COLD_TITLE = "NDCG@10 of test cases, items of the history left out"
COLD_BESIDE = ("warm", "all")  # kinds of items beside the cold ones
LEADERBOARD = ("leaderboard.csv", "leaderboard.json", "leaderboard.md", "leaderboard.png")


def compare(
    data: Data,
    models: Annotated[str, typer.Option(metavar="A,B,C", show_default=False, help="Recipes, separated by commas.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", show_default=False, help="Keeps the runs and the leaderboard; else they are lost."
        ),
    ] = None,
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    time_column: TimeColumn = None,
    rating_column: RatingColumn = None,
    items: Items = None,
    item_feature: ItemFeature = None,
    users: Users = None,
    user_feature: UserFeature = None,
    kind: KindOption = None,
    split: SplitOption = SplitName.LEAVE_LAST_OUT,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    max_length: MaxLength = None,
    seed: Seed = None,
    set_: Settings = None,
) -> None:
    """Train several models and put them on one leaderboard with the floors.

    FOLDER gets a run a model and leaderboard.csv, .json, .md (and .png, where matplotlib is installed). The same
    command goes on where it was interrupted, and does not train finished runs again.
    """
    item_kinds = parse_kinds("--item-feature", item_feature, items)
    user_kinds = parse_kinds("--user-feature", user_feature, users)
    settings = parse_settings(set_, epochs=epochs, batch_size=batch_size, max_length=max_length, seed=seed)
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    if not names:
        raise InputError(f"--models {models!r} names no model: write for example --models gru,caser.")
    if out is not None:
        require_writable(out)
    quiet_tensorflow()
    from tfrec_dl.cli.narration import NarratedSource, Narrator
    from tfrec_dl.recipes import RECIPES, get_recipe
    from tfrec_dl.training.compare import compare

    recipes = [settled(get_recipe(name), settings, kind, items) for name in names]
    if out is not None:
        require_only(out, {*RECIPES, *LEADERBOARD}, "a comparison")
    source = NarratedSource(
        data,
        user_column,
        item_column,
        time_column,
        rating_column,
        split=split.value,
        items=items,
        item_kinds=item_kinds,
        users=users,
        user_kinds=user_kinds,
    )
    if out is not None:
        table = compare(recipes, source, out, [Narrator()], keras_verbosity(), say)
        show(table)
        say(f"leaderboard: {', '.join(save(table, out))}")
        return
    try:
        with tempfile.TemporaryDirectory(prefix="tfrec-dl-") as folder:
            table = compare(recipes, source, Path(folder), [Narrator()], keras_verbosity(), say)
    except KeyboardInterrupt as interruption:
        complain("interrupted: without --out nothing is kept")
        raise typer.Exit(INTERRUPTED) from interruption
    show(table)


def show(table: "pd.DataFrame") -> None:
    """Prints a leaderboard."""
    from tfrec_dl.evaluation.rendering import BESIDE, rich_table

    cold = "cold" in table
    console().print(rich_table(table, COLD_TITLE if cold else TITLE, COLD_BESIDE if cold else BESIDE))


def save(table: "pd.DataFrame", folder: Path) -> list[str]:
    """Writes a leaderboard in every format, the picture where matplotlib is installed; returns the paths."""
    from tfrec_dl.evaluation.rendering import SHOWN, leaderboard_plot, save_leaderboard

    *texts, picture = (folder / name for name in LEADERBOARD)
    for path in texts:
        save_leaderboard(table, path, COLD_BESIDE if "cold" in table else SHOWN)
    try:
        leaderboard_plot(table, picture)
    except InputError as error:  # it is an extra
        say(f"no picture: {error}")
        return [str(path) for path in texts]
    return [str(path) for path in (*texts, picture)]
