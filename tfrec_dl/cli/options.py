"""Options that `train` and `compare` share, and what they mean."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.recipes import Recipe


class Kind(str, Enum):
    """What a model knows an item by."""

    BEHAVIOUR = "behaviour"
    CONTENT = "content"
    HYBRID = "hybrid"


class SplitName(str, Enum):
    """How test cases are held out."""

    LEAVE_LAST_OUT = "leave-last-out"
    TEMPORAL = "temporal"
    RANDOM = "random"
    COLD_START = "cold-start"


Data = Annotated[
    str,
    typer.Option(
        "--data", metavar="PATH", show_default=False, help="CSV (also gzip) or Parquet, a row an interaction."
    ),
]
UserColumn = Annotated[str, typer.Option(metavar="C", help="Column of user ids.")]
ItemColumn = Annotated[str, typer.Option(metavar="C", help="Column of item ids.")]
TimeColumn = Annotated[
    str | None, typer.Option(metavar="C", help='Column of times; by default "timestamp", where the table has it.')
]
RatingColumn = Annotated[
    str | None, typer.Option(metavar="C", help='Column of ratings; by default "rating", where the table has it.')
]
SplitOption = Annotated[SplitName, typer.Option(help="How test cases are held out.")]
Items = Annotated[
    str | None,
    typer.Option("--items", metavar="PATH", show_default=False, help="Table of the items' features, a row an item."),
]
ItemFeature = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=KIND",
        show_default=False,
        help="Kind of a feature, where the guess is wrong: text, category, multi_category, number, image or ignore.",
    ),
]
Users = Annotated[
    str | None,
    typer.Option("--users", metavar="PATH", show_default=False, help="Table of the users' features, a row a user."),
]
UserFeature = Annotated[list[str] | None, typer.Option(metavar="NAME=KIND", show_default=False, help="As above.")]
KindOption = Annotated[
    Kind | None,
    typer.Option(
        "--kind",
        show_default=False,
        help="What an item is known by: its id, its features, or both. By default both where --items is given.",
    ),
]
Epochs = Annotated[int | None, typer.Option(metavar="N", help="Passes over the training data at most.")]
BatchSize = Annotated[int | None, typer.Option(metavar="N", help="Windows of a history, or whole histories, a step.")]
MaxLength = Annotated[int | None, typer.Option(metavar="N", help="Items of a history that are read.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Decides everything random.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Any setting that `tfrec-dl models` lists; repeat for more.",
        show_default=False,
    ),
]


def parse_kinds(option: str, texts: Sequence[str] | None, table: str | None) -> dict[str, Any]:
    """Feature -> kind, from "name=kind" each.

    Args:
        option: "--item-feature" or "--user-feature".
        texts: its values.
        table: path of the features' table, if one is given.

    Raises:
        InputError: for a text without "=", another kind, or kinds without a table.
    """
    from tfrec_dl.data.feature_kinds import KINDS  # imports pandas, which --help does not wait for

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


def settled(recipe: "Recipe", settings: Mapping[str, Any], kind: Kind | None, items: str | None) -> "Recipe":
    """The recipe with its settings and the kind of recommender: as asked for, or hybrid where items have features.

    A network that knows items by their ids alone has no kind: `train` says why features are not for it.
    """
    from tfrec_dl.recipes import model_class
    from tfrec_dl.tasks.autoencoder import AutoencoderModel

    if kind is None and items is None:
        return recipe.with_settings(settings)
    if kind is None and model_class(recipe.with_settings(settings).model) is AutoencoderModel:
        return recipe.with_settings(settings)
    return recipe.with_settings({"kind": "hybrid" if kind is None else kind.value, **settings})


def parse_settings(texts: Sequence[str] | None, **options: int | None) -> dict[str, Any]:
    """Setting -> value, from options such as `--epochs` and then from `--set`.

    Args:
        texts: "key=value" each; they win over the options.
        **options: training settings by name; None where the option was not given.

    Raises:
        InputError: for a text without "=".
    """
    settings: dict[str, Any] = {f"training.{name}": value for name, value in options.items() if value is not None}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not (equals and key.strip()):
            raise InputError(f"--set {text!r:.80} is not KEY=VALUE: write for example --set dimension=64.")
        settings[key.strip()] = value.strip()
    return settings
