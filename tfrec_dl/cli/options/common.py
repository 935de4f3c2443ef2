"""Options of `train` and `compare` that every task has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, Any

import typer

from tfrec_dl.cli.options.columns import ItemColumn, TimeColumn, UserColumn
from tfrec_dl.cli.options.groups import given
from tfrec_dl.errors import InputError


class Task(str, Enum):
    """What a model learns to do."""

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
        help="Find items among all (retrieval), order those that are shown by click or rating (ranking), or predict "
        "ratings from reviews (reviews).",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        show_default=False,
        help="A recipe of `tfrec-dl models`; for ranking by default din, for reviews deep_conn.",
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
            help="CSV (also gzip) or Parquet, a row an interaction, or a folder of `tfrec-dl prepare`; for ranking a "
            "row an impression, for reviews a row a review.",
        ),
    ]
    user_column: UserColumn = "user_id"
    item_column: ItemColumn = "item_id"
    time_column: TimeColumn = None
    rating_column: Annotated[
        str | None,
        typer.Option(
            metavar="C", help='Column of ratings; by default "rating", where the table has it. Ranking has --label.'
        ),
    ] = None
    items: Annotated[
        str | None,
        typer.Option(metavar="PATH", show_default=False, help="Table of the items' features, a row an item."),
    ] = None
    item_feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=KIND",
            show_default=False,
            help="Kind of a feature, where the guess is wrong: text, category, multi_category, number, image or "
            "ignore.",
        ),
    ] = None
    users: Annotated[
        str | None,
        typer.Option(metavar="PATH", show_default=False, help="Table of the users' features, a row a user."),
    ] = None
    user_feature: Annotated[
        list[str] | None, typer.Option(metavar="NAME=KIND", show_default=False, help="As above.")
    ] = None
    image_folder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            show_default=False,
            help="What the paths of pictures are relative to, and must lie below; by default their table's folder.",
        ),
    ] = None
    split: Annotated[
        SplitName | None,
        typer.Option(
            show_default=False,
            help="How test cases are held out; by default leave-last-out, for ranking temporal. Ranking has temporal "
            "and random.",
        ),
    ] = None

    def item_kinds(self) -> dict[str, Any]:
        """Feature of an item -> kind.

        Raises:
            InputError: as `parse_kinds`.
        """
        return parse_kinds("--item-feature", self.item_feature, self.items)

    def user_kinds(self) -> dict[str, Any]:
        """Feature of a user -> kind.

        Raises:
            InputError: as `parse_kinds`.
        """
        return parse_kinds("--user-feature", self.user_feature, self.users)


@dataclass(frozen=True)
class TrainingOptions:
    """How a model is trained, and any other setting."""

    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the training data at most.")] = None
    batch_size: Annotated[
        int | None,
        typer.Option(metavar="N", help="Windows of a history, whole histories, or impressions, a step."),
    ] = None
    max_length: Annotated[int | None, typer.Option(metavar="N", help="Items of a history that are read.")] = None
    seed: Annotated[int | None, typer.Option(metavar="N", help="Decides everything random.")] = None
    refit: Annotated[
        bool,
        typer.Option(
            "--refit",
            help="Networks, stacks and rankers: chosen on validation, train once more with the validation part, for as "
            "many epochs as were best.",
        ),
    ] = False
    set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Any setting that `tfrec-dl models` lists; repeat for more.",
            show_default=False,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Setting -> value, from options such as `--epochs` and then from `--set`, which wins.

        Raises:
            InputError: for a text without "=".
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
    """Feature -> kind, from "name=kind" each.

    Args:
        option: for example "--item-feature".
        texts: its values.
        table: path of the features' table, if one is given.

    Raises:
        InputError: for a text without "=", another kind, or kinds without a table.
    """
    from tfrec_dl.data.catalogue.feature_kinds import KINDS  # imports pandas, which --help does not wait for

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
    """Refuses options of other tasks; returns the first group of the task's own.

    Args:
        task: that is asked for.
        groups: task -> groups of options that only it has.

    Raises:
        InputError: where one of another task's options is given.
    """
    for other, each in groups.items():
        names = [name for options in each for name in given(options)] if other is not task else []
        if names:
            raise InputError(f"{names[0]} is an option of --task {other.value}: leave it out, or name that task.")
    return groups[task][0]
