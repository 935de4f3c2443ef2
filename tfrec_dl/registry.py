"""Registries of parts: classes chosen by name in recipes, in settings and on the command line.

A part is a class with its configuration as fields, registered under a name. The package's own parts are one per file
in the package of their kind, and are found there. Other parts are registered when their module is imported (see
`tfrec_dl.plugins`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.plugins import load_installed

Part = TypeVar("Part")
Class = TypeVar("Class", bound=type)


class Registry(Generic[Part]):
    """Classes of one kind, by name.

    Args:
        kind: kind of the classes, for messages, for example "encoder".
        package: package with our own classes; each of its modules is imported before the first look-up. None for none.
        module: restricts the package to the modules of this name in its subpackages.
        order: sort key of our own classes, by default their modules; other classes follow in order of registration.
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
        """Registers a class under a name, which becomes its `name`.

        Args:
            name: name as written in settings: lower-case letters, digits and underscores.

        Raises:
            InputError: if the name has another form, or belongs to another class.
        """
        if not (name.isidentifier() and name.islower()):
            raise InputError(f"{self.kind} {name!r}: a name is made of lower-case letters, digits and underscores.")

        def registered(cls: Class) -> Class:
            other = self._classes.get(name)
            # The same class again comes from a module that was reloaded, as in notebooks.
            if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise InputError(f"{self.kind} {name!r} is already {other.__module__}.{other.__qualname__}: rename it.")
            cls.name = name  # type: ignore[attr-defined]
            self._classes[name] = cls
            return cls

        return registered

    def __getitem__(self, name: str) -> type[Part]:
        """Returns the class of that name.

        Raises:
            InputError: if there is none; the message names the nearest.
        """
        if name not in self:
            raise InputError(f"no {self.kind} is called {name!r}: {closest(name, self)}")
        return self._classes[name]

    def __contains__(self, name: object) -> bool:
        """Whether a class has that name."""
        self._find()
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        """Iterates over the names, ours first."""
        self._find()
        return iter(sorted(self._classes, key=self._rank))  # independent of import order

    def __len__(self) -> int:
        """Returns the number of classes."""
        self._find()
        return len(self._classes)

    def classes(self) -> list[type[Part]]:
        """Returns the classes, ours first."""
        return [self._classes[name] for name in self]

    def class_called(self, class_name: str) -> type[Part]:
        """Returns the class whose own name is `class_name`, for `tfrec_dl.encoders.GRU`.

        Raises:
            AttributeError: if there is none.
        """
        # Python also asks packages for other names, which should not import every part.
        classes = self.classes() if class_name[:1].isupper() else []
        found = next((cls for cls in classes if cls.__name__ == class_name), None)
        if found is None:
            raise AttributeError(f"no {self.kind} class is called {class_name!r}")
        return found

    def make(self, values: Part | str | Mapping[str, Any]) -> Part:
        """Makes a part from its name, or from its plain values including "name"; returns a part unchanged.

        Raises:
            InputError: if no class has the name.
            pydantic.ValidationError: if a value is out of bounds.
        """
        if isinstance(values, str):
            values = {"name": values}
        if not isinstance(values, Mapping):
            return values
        settings = {key: value for key, value in values.items() if key != "name"}
        return TypeAdapter(self[str(values.get("name"))]).validate_python(settings)

    def plain(self, part: Any, mode: Literal["json", "python"] = "json") -> dict[str, Any]:
        """Returns a part's plain values, which `make` accepts, as JSON types or with Python's tuples."""
        return {"name": part.name, **TypeAdapter(type(part)).dump_python(part, mode=mode)}

    def _rank(self, name: str) -> tuple[Any, ...]:
        cls = self._classes[name]
        is_ours = self._package is not None and cls.__module__.startswith(f"{self._package}.")
        return (0, self._order(cls)) if is_ours else (1,)

    def _find(self) -> None:
        """Imports our own modules and the installed plugins, once."""
        if not self._found:
            self._found = True  # set first, because these modules may look up others
            assert self._package is not None
            for name in _modules(self._package, self._module):
                importlib.import_module(name)
        load_installed()


def _modules(package: str, module: str | None) -> list[str]:
    """Returns the full names of a package's modules, or of those called `module` in its subpackages."""
    path = importlib.import_module(package).__path__
    if module is None:
        return [f"{package}.{each.name}" for each in pkgutil.iter_modules(path)]
    rooms = sorted(found.parent.name for folder in path for found in Path(folder).glob(f"*/{module}.py"))
    return [f"{package}.{room}.{module}" for room in rooms]
