"""The served versions of models: which are loaded, which are in use, and their states."""

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tfrec_dl.server.loaded_version import LoadedVersion
from tfrec_dl.server.statuses import Code, invalid, not_found

START, LOADING, AVAILABLE, UNLOADING, END = "START", "LOADING", "AVAILABLE", "UNLOADING", "END"  # as in TF Serving


@dataclass(frozen=True)
class ModelSpec:
    """The model and version that a request asks for.

    Attributes:
        name: name of the model.
        version: version number; None for the newest loaded version.
        label: label of a version; None for none.
    """

    name: str
    version: int | None = None
    label: str | None = None


@dataclass(frozen=True)
class VersionState:
    """State of a version.

    Attributes:
        state: state in TF Serving's terms.
        code: `Code.OK`, or why the version could not be loaded.
        message: the reason in words.
    """

    state: str
    code: Code = Code.OK
    message: str = ""


@dataclass
class _Model:
    states: dict[int, VersionState] = field(default_factory=dict)
    loaded: dict[int, LoadedVersion] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)


class Models:
    """The models of a server; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[str, _Model] = {}

    @contextmanager
    def use(self, spec: ModelSpec) -> Iterator[LoadedVersion]:
        """Yields a version that is not unloaded while the block runs.

        Raises:
            RequestError: if the version or label does not exist.
        """
        with self._lock:
            model = self._models.get(spec.name, _Model())
            number = self._number(model, spec)
            if number not in model.loaded:
                which = f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
                raise not_found(f"Servable not found for request: {which}")
            version = model.loaded[number]
            model.users[number] = model.users.get(number, 0) + 1
        try:
            yield version
        finally:
            with self._lock:
                model.users[number] -= 1
                freed = number not in model.loaded and not model.users[number]
                if freed:
                    model.states[number] = VersionState(END)
            del version
            if freed:
                gc.collect()  # a SavedModel contains reference cycles

    @staticmethod
    def _number(model: _Model, spec: ModelSpec) -> int | None:
        if spec.label is not None:
            if spec.label not in model.labels:
                raise invalid(f"Unrecognized servable version label: {spec.label}")
            return model.labels[spec.label]
        return max(model.loaded, default=None) if spec.version is None else spec.version

    def states(self, name: str) -> dict[int, VersionState]:
        """Returns the state of each version that is or was served, by number; empty for an unknown model."""
        with self._lock:
            return dict(sorted(self._models.get(name, _Model()).states.items()))

    def loaded(self) -> dict[str, dict[int, LoadedVersion]]:
        """Returns the versions of each model that answer requests."""
        with self._lock:
            return {name: dict(sorted(model.loaded.items())) for name, model in sorted(self._models.items())}

    def labels(self, name: str) -> dict[str, int]:
        """Returns the labels of a model with their versions."""
        with self._lock:
            return dict(self._models.get(name, _Model()).labels)

    def set_labels(self, name: str, labels: Mapping[str, int]) -> None:
        """Moves labels of a model to versions that are loaded; other labels stay, as in TF Serving."""
        with self._lock:
            model = self._models.setdefault(name, _Model())
            kept = {label: number for label, number in model.labels.items() if label in labels}
            model.labels = kept | {label: number for label, number in labels.items() if number in model.loaded}

    def set_state(self, name: str, number: int, state: VersionState) -> None:
        """Records the state of a version that is not loaded."""
        with self._lock:
            self._models.setdefault(name, _Model()).states[number] = state

    def add(self, version: LoadedVersion) -> None:
        """Directs requests to this version from now on."""
        with self._lock:
            model = self._models.setdefault(version.name, _Model())
            model.loaded[version.number] = version
            model.states[version.number] = VersionState(AVAILABLE)

    def remove(self, name: str, number: int) -> None:
        """Directs no further requests to this version; it is unloaded after its last one."""
        with self._lock:
            model = self._models[name]
            del model.loaded[number]
            busy = model.users.get(number, 0) > 0
            model.states[number] = VersionState(UNLOADING if busy else END)
        if not busy:
            gc.collect()
