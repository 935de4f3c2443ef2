"""Registries of parts: classes that are chosen by name in recipes, in settings and on the command line.

A part is a class with its configuration as fields, registered under a name. Our own parts live one to a file in the
package of their kind, and are found there; those of others are registered when their module is imported (see
`tfrec_dl.plugins`).
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args, get_type_hints

import lazy_loader
from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import PydanticCustomError, core_schema

from tfrec_dl import plugins
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

Part = TypeVar("Part")
Class = TypeVar("Class", bound=type)


class Registry(Generic[Part]):
    """Classes of one kind by name.

    Args:
        kind: what they are, for messages, for example "encoder".
        package: where ours are: each of its modules is imported before the first look-up. None for none.
        module: of the package only the modules of this name, one in each of its rooms that has it.
        order: sort key of our classes, by default their modules; those of others follow as they were registered.
    """

    def __init__(
        self,
        kind: str,
        package: str | None = None,
        module: str | None = None,
        order: Callable[[Any], Any] = lambda cls: cls.__module__,
    ) -> None:
        self.kind = kind
        self._order = order
        self._package = package
        self._module = module
        self._classes: dict[str, type[Part]] = {}
        self._found = package is None

    def register(self, name: str) -> Callable[[Class], Class]:
        """Makes a class available under a name, which becomes its `name`.

        Args:
            name: as it is written in settings: lower-case letters, digits and underscores.

        Raises:
            InputError: if the name is no such word, or another class has it.
        """
        if not (name.isidentifier() and name.islower()):
            raise InputError(f"{self.kind} {name!r}: a name is made of lower-case letters, digits and underscores.")

        def registered(cls: Class) -> Class:
            other = self._classes.get(name)
            # The same class again is a module that was loaded anew, as notebooks do.
            if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise InputError(f"{self.kind} {name!r} is {other.__module__}.{other.__qualname__} already: rename it.")
            cls.name = name  # type: ignore[attr-defined]
            self._classes[name] = cls
            return cls

        return registered

    def __getitem__(self, name: str) -> type[Part]:
        """The class of that name.

        Raises:
            InputError: if there is none; names the nearest.
        """
        if name not in self:
            raise InputError(f"no {self.kind} is called {name!r}: {closest(name, self)}")
        return self._classes[name]

    def __contains__(self, name: object) -> bool:
        """Whether a class has that name."""
        self._find()
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        """The names, ours first."""
        self._find()
        return iter(sorted(self._classes, key=self._rank))  # whatever was imported first

    def __len__(self) -> int:
        """The number of classes."""
        self._find()
        return len(self._classes)

    def classes(self) -> list[type[Part]]:
        """The classes, ours first."""
        return [self._classes[name] for name in self]

    def class_called(self, class_name: str) -> type[Part]:
        """The class whose own name is `class_name`, for `tfrec_dl.encoders.GRU`.

        Raises:
            AttributeError: if there is none.
        """
        # Python asks packages for other names too, which are no reason to import every part.
        classes = self.classes() if class_name[:1].isupper() else []
        found = next((cls for cls in classes if cls.__name__ == class_name), None)
        if found is None:
            raise AttributeError(f"no {self.kind} class is called {class_name!r}")
        return found

    def make(self, values: Part | str | Mapping[str, Any]) -> Part:
        """A part from its name, or from its plain values with "name" among them; a part as it is.

        Raises:
            InputError: if no class has the name.
            pydantic.ValidationError: if a value is out of its bounds.
        """
        if isinstance(values, str):
            values = {"name": values}
        if not isinstance(values, Mapping):
            return values
        settings = {key: value for key, value in values.items() if key != "name"}
        return TypeAdapter(self[str(values.get("name"))]).validate_python(settings)

    def plain(self, part: Any, mode: Literal["json", "python"] = "json") -> dict[str, Any]:
        """A part's plain values, from which `make` makes it again; as JSON has them, or with Python's own tuples."""
        return {"name": part.name, **TypeAdapter(type(part)).dump_python(part, mode=mode)}

    def _rank(self, name: str) -> tuple[Any, ...]:
        cls = self._classes[name]
        is_ours = self._package is not None and cls.__module__.startswith(f"{self._package}.")
        return (0, self._order(cls)) if is_ours else (1,)

    def _find(self) -> None:
        """Imports our own modules and the installed plugins, once."""
        if not self._found:
            self._found = True  # before, for these modules may look up others
            assert self._package is not None
            for name in _modules(self._package, self._module):
                importlib.import_module(name)
        plugins.load_installed()


def _modules(package: str, module: str | None) -> list[str]:
    """The full names of a package's modules, or of those called `module` in its sub-packages."""
    path = importlib.import_module(package).__path__
    if module is None:
        return [f"{package}.{each.name}" for each in pkgutil.iter_modules(path)]
    rooms = sorted(found.parent.name for folder in path for found in Path(folder).glob(f"*/{module}.py"))
    return [f"{package}.{room}.{module}" for room in rooms]


class Registered:
    """Annotation of a field that holds a part: `body: Annotated[Encoder, Registered(ENCODERS)]`.

    The field takes a part, its name, or its plain values, and is written as plain values.

    Args:
        registry: of the parts.
        default: name of the part that plain values without a name are of, as files of early versions have them.
        refused: class of a part -> why this field takes none of it; None where it does.
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
        """Validation and serialisation by the registry as it is then, so that later parts are known too."""
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
                    f"a value of type {cls.__name__} is no registered {self.registry.kind}: register its class"
                )
        reason = self._refused(cls)
        if reason is not None:
            raise _refusal(reason)
        return self.registry.make(values)


def _refusal(message: str) -> PydanticCustomError:
    return PydanticCustomError("unknown_part", "{message}", {"message": message.rstrip(".")})


def registered_settings(configuration: type) -> dict[str, Registry[Any]]:
    """Names of the fields that hold a part -> its registry, in a configuration and in everything that it holds.

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
            for name, hint in get_type_hints(annotation, include_extras=True).items():
                walk(hint, name)

    walk(configuration, "")
    return found


def lazily(
    package: str, registries: Registry[Any] | Iterable[Registry[Any]], helpers: Mapping[str, list[str]]
) -> Callable[[str], Any]:
    """What a package of parts gives as `__getattr__`: its classes and helpers, imported when they are asked for.

    `dir` of the package lists them too.

    Args:
        package: its name.
        registries: of its classes.
        helpers: module of the package -> names in it that are no parts.
    """
    helper, _, helper_names = lazy_loader.attach(package, submod_attrs=dict(helpers))
    all_registries = [registries] if isinstance(registries, Registry) else list(registries)

    def attribute(name: str) -> Any:
        if name in helper_names:
            return helper(name)
        for registry in all_registries:
            with suppress(AttributeError):
                return registry.class_called(name)
        raise AttributeError(f"{package} has no {name!r}")

    module = sys.modules[package]

    def names() -> list[str]:
        classes = {cls.__name__ for registry in all_registries for cls in registry.classes()}
        return sorted({*module.__all__, *helper_names, *classes})

    vars(module)["__dir__"] = names
    return attribute
