"""Search spaces for tuning, declared in the annotations of a recipe's fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin

from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.registered_fields import hints_of


@dataclass(frozen=True)
class SearchRange:
    """Range of numbers to search for a setting: `units: Annotated[int, SearchRange(64, 256, log=True)] = 128`.

    Attributes:
        low: lowest number.
        high: highest number, included.
        log: whether to search on a logarithmic scale, as for learning rates.

    Raises:
        InputError: if `low` is not below `high`, or a logarithmic range is not above 0.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InputError(
                f"the range {self} does not go from lower to higher: write the lower one first, as in 0.1:0.5."
            )
        if self.log and self.low <= 0:
            raise InputError(f"the range {self} begins at {self.low:g}: a logarithmic range must begin above 0.")

    def __str__(self) -> str:
        """Formats the range as `parse_search` reads it."""
        return f"{self.low:.12g}:{self.high:.12g}" + ":log" * self.log

    def suggest(self, trial: Any, name: str) -> Any:
        """Suggests a number for an Optuna trial; an integer if both ends are integers."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values that the setting must accept."""
        return self.low, self.high


@dataclass(frozen=True)
class SearchChoices:
    """Values to search for a setting: `layers: Annotated[int, SearchChoices((1, 2, 4))] = 1`.

    Attributes:
        values: plain values without an order.

    Raises:
        InputError: if there are fewer than two.
    """

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if len(set(self.values)) < 2:
            raise InputError(f"the choices {self} are fewer than two: name several, or fix the setting.")

    def __str__(self) -> str:
        """Formats the choices as `parse_search` reads them."""
        return ",".join(map(str, self.values))

    def suggest(self, trial: Any, name: str) -> Any:
        """Suggests one of the values for an Optuna trial."""
        return trial.suggest_categorical(name, self.values)

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values that the setting must accept."""
        return self.values


Searched = SearchRange | SearchChoices


@dataclass(frozen=True)
class SearchableField:
    """A setting of a recipe, as seen by a search.

    Attributes:
        declared: range or choices declared by its field; None for nothing.
        is_number: whether it takes numbers.
        is_whole: whether it takes only integers.
    """

    declared: Searched | None
    is_number: bool
    is_whole: bool


def searchable_fields(recipe: Recipe) -> dict[str, SearchableField]:
    """Returns the settings of a recipe's model and training: path -> what the field declares.

    A field of a part or of any other configuration declares nothing unless its annotation has a `SearchRange` or
    `SearchChoices`. Parts that the recipe leaves open have no settings yet.
    """
    return {
        path: field for part in ("model", "training") for path, field in _fields_of(getattr(recipe, part), f"{part}.")
    }


def declared_space(recipe: Recipe) -> dict[str, Searched]:
    """Returns the search space declared by a recipe's parts: path of a setting -> range or choices."""
    found = searchable_fields(recipe)
    return {path: field.declared for path, field in found.items() if field.declared is not None}


def parse_search(text: str) -> Searched:
    """Parses a range or choices from text: "0.1:0.5", "1e-4:1e-2:log", "gru,lstm".

    Raises:
        InputError: if the text is neither.
    """
    low, colon, rest = text.partition(":")
    if not colon:
        return SearchChoices(tuple(part.strip() for part in text.split(",") if part.strip()))
    high, _, scale = rest.partition(":")
    try:
        numbers = float(low), float(high)
    except ValueError:
        numbers = None
    if numbers is None or scale not in ("", "log"):
        raise InputError(f"{text!r:.80} is not a range: write LOW:HIGH, LOW:HIGH:log, or choices such as A,B,C.")
    return SearchRange(*numbers, log=scale == "log")


def _fields_of(configuration: Any, prefix: str) -> Iterator[tuple[str, SearchableField]]:
    """Yields the fields of a configuration, and of configurations inside it, by their paths."""
    if isinstance(configuration, Mapping):
        for name, each in configuration.items():
            yield from _fields_of(each, f"{prefix}{name}.")
    elif is_dataclass(configuration):
        cls: Any = type(configuration)
        hints = hints_of(cls)
        for field in fields(configuration):
            path = f"{prefix}{field.name}"
            yield path, _field(hints[field.name])
            yield from _fields_of(getattr(configuration, field.name), f"{path}.")


def _field(hint: Any) -> SearchableField:
    said = getattr(hint, "__metadata__", ()) if get_origin(hint) is Annotated else ()
    declared = next((each for each in said if isinstance(each, SearchRange | SearchChoices)), None)
    types = set(_types(hint))
    return SearchableField(declared, bool(types & {int, float}) and str not in types, float not in types)


def _types(hint: Any) -> Iterator[Any]:
    """Yields the types that an annotation consists of, without those inside a collection."""
    inner = hint.__origin__ if get_origin(hint) is Annotated else hint
    arguments = get_args(inner)
    if isinstance(inner, type) or get_origin(inner) in (tuple, list, dict):
        yield inner if isinstance(inner, type) else get_origin(inner)
        return
    for argument in arguments:
        yield from _types(argument)
