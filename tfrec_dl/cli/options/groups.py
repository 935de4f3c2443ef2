"""Option groups: a command takes dataclasses, and their fields become command-line options."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

Command = Callable[..., None]


def grouped(command: Command) -> Command:
    """Exposes the fields of a command's dataclass parameters to Typer as options.

    Args:
        command: each parameter annotated with a dataclass is replaced by the fields of that dataclass, which have their
            own Typer annotations and defaults. Every other parameter is an ordinary Typer parameter.

    Returns:
        A command without dataclass parameters.
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    groups: dict[str, Any] = {
        name: each.annotation for name, each in parameters.items() if is_dataclass(each.annotation)
    }
    options: list[inspect.Parameter] = []
    for name, parameter in parameters.items():
        if name in groups:
            options += _options(groups[name])
        else:
            options.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def called(**values: Any) -> None:
        made = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**values, **made)

    called.__name__, called.__doc__, called.__module__ = command.__name__, command.__doc__, command.__module__
    called.__annotations__ = {option.name: option.annotation for option in options}
    called.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    return called


def given(options: Any) -> list[str]:
    """Returns the option names of a group's fields whose values differ from their defaults."""
    values = {field.name: (getattr(options, field.name), field.default) for field in fields(options)}
    # Some Typer versions pass an empty list if a repeatable option is not given.
    changed = [name for name, (value, default) in values.items() if value not in (default, [])]
    return ["--" + name.replace("_", "-") for name in changed]


def _options(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
