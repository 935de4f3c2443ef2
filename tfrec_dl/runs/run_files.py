"""Validated reading of files in a run's folder, which may be damaged or foreign; errors name the fault."""

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError, first_fault

Content = TypeVar("Content")
Count = Annotated[int, Field(ge=0, strict=True)]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

LONGEST_REASON = 200  # maximum number of characters


class Fields(dict[str, Any]):
    """A JSON object that names its file in the error about a missing field.

    Args:
        values: values of its fields.
        path: path of the file.
    """

    def __init__(self, values: dict[str, Any], path: Path) -> None:
        super().__init__(values)
        self.path = path

    def __missing__(self, name: str) -> Any:
        """Raises InputError."""
        raise InputError(f"{self.path} lacks the field {name!r}: the run is damaged, train it again.")


@configuration
class Features:
    """What a configuration says about a table of features."""

    kinds: dict[str, str]
    rows: Count
    fingerprint: Fingerprint


@dataclass(frozen=True, config=ConfigDict(extra="allow"))
class Configuration:
    """The content of `config.json`; recipe and data are checked further by the family and the task that they name."""

    recipe: dict[str, Any]
    data: dict[str, Any]
    data_fingerprint: Fingerprint
    data_size: dict[str, Count]
    versions: dict[str, str]
    features: dict[str, Features] = Field(default_factory=dict)
    plugins: list[str] = Field(default_factory=list)
    files: dict[str, Fingerprint] = Field(default_factory=dict)
    task: str | None = None


CONFIGURATION: TypeAdapter[Configuration] = TypeAdapter(Configuration)
METRICS: TypeAdapter[Any] = TypeAdapter(dict[str, Annotated[float, Field(strict=True)]])


def read_json(path: Path) -> Any:
    """Reads a JSON file of a run's folder; its objects become `Fields`.

    Raises:
        InputError: if the file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_hook=lambda values: Fields(values, path))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"{path} does not exist: {path.parent} is not a run's folder.") from error
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:LONGEST_REASON]
        raise InputError(f"{path} cannot be read ({reason}): the run is damaged.") from error


def checked(content: TypeAdapter[Content], values: Any, path: Path, what: str) -> Content:
    """Validates the complete content of a file.

    Args:
        content: required type of the content.
        values: values as read.
        path: path of the file.
        what: description of the expected file for the error: "a run's configuration".

    Raises:
        InputError: if the content is invalid; names the file, the first wrong field and its value.
    """
    try:
        return content.validate_python(values)
    except ValidationError as error:
        raise InputError(
            f"{path} is not {what}: {first_fault(error)}: the run is damaged, train the run again."
        ) from error
    except RecursionError as error:
        raise InputError(f"{path} is not {what}: it is nested too deeply.") from error


def read_configuration(path: Path) -> dict[str, Any]:
    """Reads and validates `config.json`.

    Raises:
        InputError: if the file is missing or damaged.
    """
    values: dict[str, Any] = read_json(path)
    checked(CONFIGURATION, values, path, "a run's configuration")
    return values


def read_metrics(path: Path) -> dict[str, float]:
    """Reads and validates `metrics.json`.

    Raises:
        InputError: if the file is missing or damaged.
    """
    values: dict[str, float] = read_json(path)
    checked(METRICS, values, path, "a run's metrics")
    return values
