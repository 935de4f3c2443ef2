"""The command `tfrec-dl recommend --histories`, which recommends to all users of a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfrec_dl.cli.bars import Bars
from tfrec_dl.cli.comma_lists import parse_names
from tfrec_dl.cli.options.batch import BatchOptions
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.serving.rules.rules import Rules


def batch_recommend(
    dest: Path, options: BatchOptions, k: int, exclude: Sequence[str], rules: "Rules | None", context: Sequence[str]
) -> None:
    """Writes recommendations for every user of a table.

    Args:
        dest: folder of the export.
        options: the table and the output file.
        k: number of recommendations per user.
        exclude: ids that are recommended to nobody.
        rules: rules that apply to every user.
        context: texts "name=value" that apply to every request to a ranking stage.

    Raises:
        InputError: as in `tfrec_dl.lifecycle.batch.recommend.batch_recommend`, or if no output file is given.
    """
    if options.out is None:
        raise InputError("--histories recommends to many users: name a file to write with --out.")
    from tfrec_dl.data.tables.columns import Columns
    from tfrec_dl.lifecycle.batch.recommend import batch_recommend

    with shown_progress(), Bars() as bars:
        batch_recommend(
            dest,
            options.histories or [],
            options.out,
            k=k,
            layout=options.layout.value,
            columns=Columns(user=options.user_column, item=options.item_column, time=options.time_column),
            exclude=exclude,
            rules=rules,
            context=_values(context),
            users=options.users,
            rule_columns=parse_names(options.rule_columns),
            processes=options.processes,
            progress=bars.show,
        )


def _values(texts: Sequence[str]) -> dict[str, str]:
    """Converts texts "name=value" to a dictionary."""
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--context {text!r:.80} is not NAME=VALUE: name a feature of the request and its value.")
        pairs[name] = value
    return pairs
