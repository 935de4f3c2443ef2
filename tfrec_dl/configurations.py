"""Configurations: frozen dataclasses whose fields are checked on creation."""

import functools
from dataclasses import field, fields
from typing import Any, TypeVar

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass
from typing_extensions import dataclass_transform

from tfrec_dl.errors import InputError, shown
from tfrec_dl.names import closest

UNEXPECTED = "unexpected_keyword_argument"  # pydantic's name for a field that does not exist

Configuration = TypeVar("Configuration", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(Field, field))
def configuration(cls: Configuration) -> Configuration:
    """Turns a class of annotated fields into a configuration: a frozen pydantic dataclass.

    Invalid values raise a one-line `InputError` that names the field, its value and its bounds:

        @configuration
        class Tower:
            units: int = Field(default=64, ge=1)

        Tower(units=0)  # InputError: Tower: 'units' is 0 (Input should be greater than or equal to 1).

    Args:
        cls: class; its fields need defaults if it is registered as a part.

    Returns:
        The dataclass, which accepts no other fields.
    """
    own: Any = dataclass(frozen=True, config=ConfigDict(extra="forbid"))(cls)
    make = own.__init__

    @functools.wraps(make)
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            make(self, *arguments, **named)
        except ValidationError as error:
            raise InputError(_line(own, error)) from error

    own.__init__ = __init__
    return own


def _line(cls: type, error: ValidationError) -> str:
    names = [each.name for each in fields(cls)]
    faults: Any = error.errors(include_url=False)
    # A misspelled field is also reported as missing, which says less.
    first = next((fault for fault in faults if fault["type"] == UNEXPECTED), faults[0])
    place, *below = first["loc"] or ("",)
    name = names[place] if isinstance(place, int) and place < len(names) else str(place)
    path = ".".join([name, *(str(part) for part in below if "[" not in str(part))])
    if first["type"] == UNEXPECTED:
        return f"{cls.__name__} has no {path!r}: {'leave it out.' if below else closest(name, names)}"
    if first["type"].startswith("missing"):
        return f"{cls.__name__} needs {path!r}: give it."
    wrong = " ".join(str(first["msg"]).split()).removeprefix("Value error, ").removesuffix(".")
    return f"{cls.__name__}: {path!r} is {shown(first['input'])} ({wrong})." if path else f"{cls.__name__}: {wrong}."
