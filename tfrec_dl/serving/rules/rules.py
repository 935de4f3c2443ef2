"""Rules of a request for recommendations, in Python."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tfrec_dl.errors import InputError

HEAVIEST = 1e6  # weight of a boost; a larger one would drown the score in float32
Texts = Iterable[str] | str


@dataclass(frozen=True)
class Rules:
    """Rules on what may be recommended, what is preferred, and how varied the list is; by default anything goes.

    Conditions refer to attributes that the export holds: "genres=War", "year>=1990", "price<20". Unknown ids have no
    effect. If rules leave too few items, the list is shorter; if they contradict each other, it is empty.

    Args:
        only: ids of the only items that may be recommended; None for no such rule.
        must: conditions that every recommended item must satisfy; several with = on one attribute are alternatives.
        must_not: conditions that no recommended item may satisfy.
        boost: maps conditions to weights, which are added to the scores of items that satisfy them, in standard
            deviations of the user's scores; or texts "condition:weight".
        diversity: weight, from 0 to 1, of dissimilarity to items already in the list, relative to the score: maximal
            marginal relevance over the 200 best items.
        at_most: maps attributes to the maximum number of items in a list with the same value; or texts "genres=3".
        pin: maps ids to places, from 1; the item is put there if the other rules allow it; or texts "id@place".
        keep_seen: whether items of the history may be recommended again; None for the default of the export.
        min_score: lowest score to recommend, boosts included.

    Raises:
        InputError: if a value is invalid.
    """

    only: Iterable[str] | None = None
    must: Texts = ()
    must_not: Texts = ()
    boost: Mapping[str, float] = field(default_factory=dict)
    diversity: float = 0.0
    at_most: Mapping[str, int] = field(default_factory=dict)
    pin: Mapping[str, int] = field(default_factory=dict)
    keep_seen: bool | None = None
    min_score: float | None = None

    def __post_init__(self) -> None:
        """Checks the values, and stores lists as tuples and pairs as dictionaries."""
        checked = {
            "only": None if self.only is None else _texts("only", self.only, "a list of ids"),
            "must": _texts("must", self.must, "a list of conditions, such as ['genres=War']"),
            "must_not": _texts("must_not", self.must_not, "a list of conditions, such as ['genres=War']"),
            "boost": _pairs("boost", self.boost, ":", _weight, "conditions with weights, such as {'year>=2000': 0.5}"),
            "at_most": _pairs(
                "at_most", self.at_most, "=", _count, "attributes with numbers from 1, such as {'genres': 3}"
            ),
            "pin": _pairs("pin", self.pin, "@", _count, "ids with places from 1, such as {'318': 1}"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.only is not None and not self.only:
            raise InputError("only is empty, so nothing could be recommended: name ids, or leave it out.")
        if not (_is_number(self.diversity) and 0 <= self.diversity <= 1):
            raise InputError(f"diversity is {self.diversity!r:.80}, but must be a number from 0 to 1.")
        if self.min_score is not None and not (_is_number(self.min_score) and math.isfinite(self.min_score)):
            raise InputError(f"min_score is {self.min_score!r:.80}, but must be a number, or None for no bound.")
        if self.keep_seen not in (None, True, False):
            raise InputError(f"keep_seen is {self.keep_seen!r:.80}, but must be True, False, or None.")
        places = list(self.pin.values())
        if len(set(places)) < len(places):
            raise InputError(f"pin is {self.pin!r:.80}, but two items cannot have the same place: give each its own.")


def _texts(name: str, values: Any, what: str) -> tuple[str, ...]:
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, Iterable) or isinstance(values, (bytes, Mapping)):
        raise InputError(f"{name} is {values!r:.80}, but must be {what}.")
    return tuple(_text(name, value, what) for value in values)


def _text(name: str, value: Any, what: str) -> str:
    """Returns a value as non-empty text that has a UTF-8 form; whole numbers are valid ids."""
    if isinstance(value, bytes):
        value = value.decode(errors="surrogateescape")
    elif _is_number(value) and value == math.floor(value):
        value = str(int(value))
    if not isinstance(value, str) or not value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InputError(f"{name} has {value!r:.80}, but must be {what}.")
    return value


def _pairs(name: str, values: Any, mark: str, read: Any, what: str) -> dict[str, Any]:
    """Returns a dictionary unchanged, or parses texts with a number after the last `mark` into one."""
    if isinstance(values, Mapping):
        given = list(values.items())
    else:
        given = [text.rpartition(mark)[::2] for text in _texts(name, values, what)]
    found: dict[str, Any] = {}
    for key, value in given:
        number, text = read(value), _text(name, key, what)
        if number is None or text in found:
            raise InputError(f"{name} has {text!r:.60} with {value!r:.20}, but must be {what}, each once.")
        found[text] = number
    return found


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, (str, bytes, bool)) and math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def _number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, str) or _is_number(value) else math.nan
    except ValueError:
        return math.nan


def _weight(value: Any) -> float | None:
    """Returns a weight, or None if the value is invalid."""
    number = _number(value)
    return number if abs(number) <= HEAVIEST else None


def _count(value: Any) -> int | None:
    """Returns a whole number of at least 1, or None if the value is invalid."""
    number = _number(value)
    return int(number) if 1 <= number < 1e9 and number == math.floor(number) else None
