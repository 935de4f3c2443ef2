"""Rules of a request for recommendations, in Python."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tfrec_dl.errors import InputError

HEAVIEST = 1e6  # a boost; larger ones would drown the score in float32
Texts = Iterable[str] | str


@dataclass(frozen=True)
class Rules:
    """What may be recommended, what is preferred, and how varied the list is; by default anything goes.

    Conditions are of attributes that the export holds: "genres=War", "year>=1990", "price<20". Unknown ids change
    nothing. Rules that leave too few items give shorter lists, and rules that contradict each other empty ones.

    Args:
        only: ids; nothing else is recommended. None for no such rule.
        must: conditions that hold for every recommended item; several with = of one attribute are alternatives.
        must_not: conditions that hold for none.
        boost: condition -> weight, added to the score of items for which it holds, in standard deviations of the user's
            scores; or texts "condition:weight".
        diversity: 0 to 1, the weight of unlikeness to what is in the list already, against the score: maximal marginal
            relevance over the 200 best.
        at_most: attribute -> how many items of one of its values a list may hold; or texts "genres=3".
        pin: id -> place, from 1: the item stands there if the other rules allow it; or texts "id@place".
        keep_seen: whether items of the history may come back; None for what the export does by itself.
        min_score: nothing below it is recommended, boosts included.

    Raises:
        InputError: if a value is none of these.
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
        """Checks the values, and keeps lists as tuples and pairs as dictionaries."""
        checked = {
            "only": None if self.only is None else _texts("only", self.only, "a list of ids"),
            "must": _texts("must", self.must, "a list of conditions, as ['genres=War']"),
            "must_not": _texts("must_not", self.must_not, "a list of conditions, as ['genres=War']"),
            "boost": _pairs("boost", self.boost, ":", _weight, "conditions with weights, as {'year>=2000': 0.5}"),
            "at_most": _pairs("at_most", self.at_most, "=", _count, "attributes with numbers from 1, as {'genres': 3}"),
            "pin": _pairs("pin", self.pin, "@", _count, "ids with places from 1, as {'318': 1}"),
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
            raise InputError(f"pin is {self.pin!r:.80}, but two items cannot have one place: give each its own.")


def _texts(name: str, values: Any, what: str) -> tuple[str, ...]:
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, Iterable) or isinstance(values, (bytes, Mapping)):
        raise InputError(f"{name} is {values!r:.80}, but must be {what}.")
    return tuple(_text(name, value, what) for value in values)


def _text(name: str, value: Any, what: str) -> str:
    """A text that is not empty and has a UTF-8 form; whole numbers are ids too."""
    if isinstance(value, bytes):
        value = value.decode(errors="surrogateescape")
    elif _is_number(value) and value == math.floor(value):
        value = str(int(value))
    if not isinstance(value, str) or not value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InputError(f"{name} has {value!r:.80}, but must be {what}.")
    return value


def _pairs(name: str, values: Any, mark: str, read: Any, what: str) -> dict[str, Any]:
    """A dictionary of what is one, or texts with the number after the last `mark`."""
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
    """A weight, or None for what is none."""
    number = _number(value)
    return number if abs(number) <= HEAVIEST else None


def _count(value: Any) -> int | None:
    """A whole number from 1, or None for what is none."""
    number = _number(value)
    return int(number) if 1 <= number < 1e9 and number == math.floor(number) else None
