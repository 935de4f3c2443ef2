"""Configuration fields that hold a registered part, chosen by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from tfrec_dl.names import closest
from tfrec_dl.registry import Registry


class Registered:
    """Annotation of a field that holds a part: `body: Annotated[Encoder, Registered(ENCODERS)]`.

    The field accepts a part, its name, or its plain values, and is stored as plain values.

    Args:
        registry: registry of the parts.
        default: name of the part described by plain values without a name, as in files of early versions.
        refused: class of a part -> reason why this field refuses it, or None if it accepts it.
    """

    def __init__(
        self,
        registry: Registry[Any],
        default: str | None = None,
        refused: Callable[[type], str | None] = lambda cls: None,
    ) -> None:
        self.registry = registry
        self._default = default
        self._refused = refused

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validates and serializes by the registry at that moment, so that parts registered later are known too."""
        return core_schema.no_info_plain_validator_function(
            self._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda part, info: self.registry.plain(part, info.mode), info_arg=True
            ),
        )

    def _validate(self, values: Any) -> Any:
        if isinstance(values, Mapping) and self._default is not None:
            values = {"name": self._default, **values}
        if isinstance(values, str | Mapping):
            name = values if isinstance(values, str) else values.get("name")
            if name not in self.registry:
                raise _refusal(f"no {self.registry.kind} is called {name!r}: {closest(str(name), self.registry)}")
            cls = self.registry[str(name)]
        else:
            cls = type(values)
            if cls not in self.registry.classes():
                raise _refusal(
                    f"a value of type {cls.__name__} is not a registered {self.registry.kind}: register its class"
                )
        reason = self._refused(cls)
        if reason is not None:
            raise _refusal(reason)
        return self.registry.make(values)


def _refusal(message: str) -> PydanticCustomError:
    return PydanticCustomError("unknown_part", "{message}", {"message": message.rstrip(".")})


@functools.cache  # called for every change of a setting
def hints_of(configuration: type) -> dict[str, Any]:
    """Returns field name -> annotation, including metadata, for the fields of a configuration."""
    return get_type_hints(configuration, include_extras=True)


def registered_settings(configuration: type) -> dict[str, Registry[Any]]:
    """Returns field name -> registry for the fields that hold a part, in a configuration and everything inside it.

    Args:
        configuration: a dataclass; its fields may be dataclasses, parts, or unions, dictionaries and tuples of them.
    """
    found: dict[str, Registry[Any]] = {}
    seen: set[type] = set()

    def walk(annotation: Any, field: str) -> None:
        for part in getattr(annotation, "__metadata__", ()):
            if isinstance(part, Registered):
                found[field] = part.registry
                for cls in part.registry.classes():
                    walk(cls, field)
        for argument in get_args(annotation):
            walk(argument, field)
        if isinstance(annotation, type) and is_dataclass(annotation) and annotation not in seen:
            seen.add(annotation)
            for name, hint in hints_of(annotation).items():
                walk(hint, name)

    walk(configuration, "")
    return found
