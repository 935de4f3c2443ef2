"""Rules per user, read from columns of the table of users."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import show
from tfrec_dl.data.tables.comma_lists import parse_ids
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.serving.request_rows import id_list
from tfrec_dl.serving.rules.rules import Rules

EXCLUDE = "exclude"
NAMES = (EXCLUDE, *(each.name for each in fields(Rules)))
NUMBERS = ("diversity", "min_score")
KEEPS = {"yes": True, "no": False, "true": True, "false": False}
MOST_CACHED = 100_000


@dataclass(frozen=True)
class UserRules:
    """The rules in one row of the table of users.

    Attributes:
        text: the rules as JSON, as written by `rule_texts`.
        file: path of the table.
        row: row number in the file, from 0.
    """

    text: str
    file: str
    row: int

    @property
    def place(self) -> str:
        """Describes the location of the row: "line 3 of 'users.csv'"."""
        return TableFile(self.file).place(self.row)

    def over(self, everybody: Rules | None) -> tuple[Rules, list[str]]:
        """Returns the user's rules, with gaps filled from the rules for everybody, and the excluded ids."""
        own = _read(self.text)
        rules = {name: value for name, value in own.items() if name != EXCLUDE}
        return Rules(**{**({} if everybody is None else vars(everybody)), **rules}), own.get(EXCLUDE, [])

    def shape(self) -> str:
        """The rules without lists of ids, which no export rejects."""
        own = _read(self.text)
        return json.dumps({name: value for name, value in own.items() if name not in (EXCLUDE, "only")})


@lru_cache(MOST_CACHED)
def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def require_rule_names(names: Sequence[str]) -> None:
    """Raises InputError if a column is not named after a rule."""
    for name in names:
        if name not in NAMES:
            raise InputError(f"rule_columns has {name!r:.80}, which is not a rule: {closest(name, NAMES)}")


def rule_texts(frame: pd.DataFrame, names: Sequence[str], table: TableFile, start: int) -> list[str]:
    """Checks the rules in the rows of a table and returns them in the form of `UserRules.text`.

    Args:
        frame: rows of the table.
        names: rule columns, named like the fields of `Rules`, or "exclude". Lists are text with ids or conditions
            separated by commas, as on the command line, or actual lists. Missing or empty values set no rule.
        table: table that the rows come from.
        start: number of the first row.

    Raises:
        InputError: if a value is invalid for its rule; names the row.
    """
    columns = [[_plain(value) for value in frame[name].tolist()] for name in names]
    found = []
    for row, cells in enumerate(zip(*columns, strict=True), start=start):
        try:
            found.append(_text(tuple(names), cells))
        except InputError as error:
            raise InputError(f"{table.place(row)}: {error}") from error
    return found


def _plain(value: Any) -> Any:
    """Converts a value to a comparable one: None if it is missing, tuples for lists."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(map(_plain, value)) or None
    return None if pd.isna(value) or value == "" else value


@lru_cache(MOST_CACHED)
def _text(names: tuple[str, ...], cells: tuple[Any, ...]) -> str:
    given = {name: _value(name, cell) for name, cell in zip(names, cells, strict=True) if cell is not None}
    checked = Rules(**{name: value for name, value in given.items() if name != EXCLUDE})
    kept = {name: value if name == EXCLUDE else getattr(checked, name) for name, value in given.items()}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _value(name: str, cell: Any) -> Any:
    """Converts a cell to the value that the rule takes."""
    if name == "keep_seen":
        found = KEEPS.get(str(cell).strip().lower())
        if found is None:
            raise InputError(f"keep_seen is {show(cell)}: write yes or no, or nothing for the rule of all users.")
        return found
    if name in NUMBERS:
        try:
            return float(cell)
        except (TypeError, ValueError) as error:
            raise InputError(f"{name} is {show(cell)}, but must be a number.") from error
    texts = parse_ids(cell, name) if isinstance(cell, str) else cell if isinstance(cell, tuple) else [cell]
    return id_list(texts, EXCLUDE) if name == EXCLUDE else texts
