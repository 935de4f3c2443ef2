"""Options of `train` and `compare` that all tasks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, Any

import typer

from tfrec_dl.cli.options.columns import ItemColumn, TimeColumn, UserColumn
from tfrec_dl.cli.options.groups import given
from tfrec_dl.errors import InputError


class Task(str, Enum):
    """What a model is trained for."""

    RETRIEVAL = "retrieval"
    RANKING = "ranking"
    REVIEWS = "reviews"


class SplitName(str, Enum):
    """How test cases are held out."""

    LEAVE_LAST_OUT = "leave-last-out"
    TEMPORAL = "temporal"
    RANDOM = "random"
    COLD_START = "cold-start"


TaskOption = Annotated[
    Task,
    typer.Option(
        "--task",
        help="Find items in the whole catalogue (retrieval), order given items by predicted click or rating (ranking), "
        "or predict ratings from reviews (reviews).",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        show_default=False,
        help="Recipe, as listed by `tfrec-dl models`; by default din for ranking and deep_conn for reviews.",
    ),
]


@dataclass(frozen=True)
class TableOptions:
    """The table, its columns, the features of items and users, and the split."""

    data: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="CSV (also gzip) or Parquet with one row per interaction, or a folder written by `tfrec-dl prepare`. "
            "For ranking, one row per impression; for reviews, one row per review.",
        ),
    ]
    user_column: UserColumn = "user_id"
    item_column: ItemColumn = "item_id"
    time_column: TimeColumn = None
    rating_column: Annotated[
        str | None,
        typer.Option(
            metavar="C", help='Column of ratings; by default "rating", if the table has it. For ranking, use --label.'
        ),
    ] = None
    items: Annotated[
        str | None,
        typer.Option(metavar="PATH", show_default=False, help="Table of item features, one row per item."),
    ] = None
    item_feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=KIND",
            show_default=False,
            help="Kind of a feature, if the guess is wrong: text, category, multi_category, number, image or ignore.",
        ),
    ] = None
    users: Annotated[
        str | None,
        typer.Option(metavar="PATH", show_default=False, help="Table of user features, one row per user."),
    ] = None
    user_feature: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=KIND", show_default=False, help="As --item-feature, for a user feature."),
    ] = None
    image_folder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            show_default=False,
            help="Folder that image paths are relative to and must stay within; by default the folder of their table.",
        ),
    ] = None
    split: Annotated[
        SplitName | None,
        typer.Option(
            show_default=False,
            help="How test cases are held out; by default leave-last-out, temporal for ranking, random for reviews. "
            "Ranking allows temporal and random, reviews only random.",
        ),
    ] = None

    def item_kinds(self) -> dict[str, Any]:
        """Maps item features to kinds.

        Raises:
            InputError: as in `parse_kinds`.
        """
        return parse_kinds("--item-feature", self.item_feature, self.items)

    def user_kinds(self) -> dict[str, Any]:
        """Maps user features to kinds.

        Raises:
            InputError: as in `parse_kinds`.
        """
        return parse_kinds("--user-feature", self.user_feature, self.users)


@dataclass(frozen=True)
class TrainingOptions:
    """How a model is trained, and any other setting."""

    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="Maximum number of passes over the training data.")
    ] = None
    batch_size: Annotated[
        int | None,
        typer.Option(metavar="N", help="Number of history windows, whole histories or impressions per step."),
    ] = None
    max_length: Annotated[
        int | None, typer.Option(metavar="N", help="Number of items of a history that the model reads.")
    ] = None
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of everything that is random.")] = None
    refit: Annotated[
        bool,
        typer.Option(
            "--refit",
            help="For networks, stacks and rankers: after selection on the validation part, train once more with that "
            "part included, for the best number of epochs.",
        ),
    ] = False
    set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Any setting that `tfrec-dl models` lists. Repeatable.",
            show_default=False,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Returns settings from options such as `--epochs`, overridden by `--set`.

        Raises:
            InputError: if a text has no "=".
        """
        names = [field.name for field in fields(self) if field.name != "set"]
        values = {f"training.{name}": getattr(self, name) for name in names}
        found = {name: value for name, value in values.items() if value is not None and value is not False}
        for text in self.set or ():
            key, equals, value = text.partition("=")
            if not (equals and key.strip()):
                raise InputError(f"--set {text!r:.80} is not KEY=VALUE: write for example --set dimension=64.")
            found[key.strip()] = value.strip()
        return found


def parse_kinds(option: str, texts: Sequence[str] | None, table: str | None) -> dict[str, Any]:
    """Parses texts "name=kind" into a mapping from features to kinds.

    Args:
        option: name of the option, for example "--item-feature".
        texts: values of the option.
        table: path of the table of features, if one is given.

    Raises:
        InputError: if a text has no "=", a kind is unknown, or kinds are given without a table.
    """
    from tfrec_dl.data.catalogue.feature_kinds import KINDS  # imports pandas, which would slow down --help

    if texts and table is None:
        missing = option.replace("-feature", "s")
        raise InputError(f"{option} {texts[0]!r:.80} describes a table that is not given: add {missing} PATH.")
    kinds = {}
    for text in texts or ():
        name, equals, kind = text.rpartition("=")
        if not (equals and name) or kind not in (*KINDS, "ignore"):
            raise InputError(f"{option} {text!r:.80} is not NAME=KIND: the kinds are {', '.join(KINDS)} and ignore.")
        kinds[name] = kind
    return kinds


def refuse_others(task: Task, groups: Mapping[Task, Sequence[Any]]) -> Any:
    """Rejects options of other tasks; returns the first option group of the chosen task.

    Args:
        task: the chosen task.
        groups: maps each task to the option groups that only it has.

    Raises:
        InputError: if an option of another task is given.
    """
    for other, each in groups.items():
        names = [name for options in each for name in given(options)] if other is not task else []
        if names:
            raise InputError(f"{names[0]} is an option of --task {other.value}: leave it out, or name that task.")
    return groups[task][0]
