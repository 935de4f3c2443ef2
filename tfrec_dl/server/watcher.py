"""Watcher of model folders: loads new versions while the server runs, then unloads old ones."""

import logging
import os
import threading
from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.server.loaded_version import LoadedVersion
from tfrec_dl.server.model_configs import ModelConfig, model_configs
from tfrec_dl.server.models import END, LOADING, Models, VersionState
from tfrec_dl.server.statuses import Code, RequestError
from tfrec_dl.server.tensor_protos import array_of
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up

logger = logging.getLogger(__name__)

Files = tuple[tuple[str, int, int], ...]


class Watcher(threading.Thread):
    """Brings the served versions in line with those on disk.

    Args:
        dest: path as for `model_configs`.
        models: served models.
        seconds: time between checks.
        warm_up: whether a version runs its warm-up requests before it gets others.

    Raises:
        InputError: as in `model_configs`.
    """

    def __init__(
        self, dest: str | os.PathLike[str], models: Models, seconds: float = 1.0, warm_up: bool = True
    ) -> None:
        super().__init__(name="tfrec-dl watcher", daemon=True)
        self._dest = dest
        self._models = models
        self._seconds = seconds
        self._warm_up = warm_up
        self._ended = threading.Event()
        self._looking = threading.Lock()
        self._asked: list[ModelConfig] | None = None
        self._failed: dict[Path, Files] = {}
        self._configs = model_configs(dest)

    def run(self) -> None:
        """Checks for changes until `end` is called."""
        while not self._ended.wait(self._seconds):
            try:
                self.look()
            except Exception:  # a server keeps answering, whatever happens to a disk
                logger.exception("cannot look for versions")

    def end(self) -> None:
        """Ends the thread after its current work."""
        self._ended.set()

    def look(self) -> None:
        """Loads versions that should be served and are not, then unloads those that are and should not be."""
        with self._looking:
            self._look()

    def serve(self, configs: list[ModelConfig]) -> None:
        """Serves these models from now on, whatever a models.config on disk says."""
        with self._looking:
            self._asked = configs
            self._look()

    def _look(self) -> None:
        try:
            self._configs = model_configs(self._dest) if self._asked is None else self._asked
        except InputError as error:
            logger.warning("%s; what it said before still applies", error)
        for config in self._configs:
            self._follow(config)
        named = {config.name for config in self._configs}
        for name, versions in self._models.loaded().items():
            for number in versions if name not in named else ():
                self._unload(name, number)

    def _follow(self, config: ModelConfig) -> None:
        wanted = config.wanted()
        for number, folder in sorted(wanted.items()):
            if number not in self._models.loaded().get(config.name, {}):
                self._load(config.name, number, folder)
        loaded = self._models.loaded().get(config.name, {})
        # As in TF Serving, the last version that answers stays until another one can.
        if not wanted or any(number in loaded for number in wanted):
            for number in loaded:
                if number not in wanted:
                    self._unload(config.name, number)
        self._models.set_labels(config.name, config.labels)

    def _unload(self, name: str, number: int) -> None:
        self._models.remove(name, number)
        logger.info("%s: version %d is unloaded", name, number)

    def _load(self, name: str, number: int, folder: Path) -> None:
        files = _files(folder)
        if self._failed.get(folder) == files:
            return
        self._models.set_state(name, number, VersionState(LOADING))
        try:
            version = LoadedVersion(name, number, folder)
            if self._warm_up:
                warm_up(version)
        except Exception as error:  # damaged files and folders being copied raise many error types
            self._failed[folder] = files
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            self._models.set_state(name, number, VersionState(END, Code.UNKNOWN, reason))
            logger.warning("%s: version %d cannot be loaded (%s)", name, number, reason)
            return
        self._failed.pop(folder, None)
        self._models.add(version)
        logger.info("%s: version %d is served", name, number)


def _files(folder: Path) -> Files:
    """Returns what reveals whether a folder has changed."""
    found = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in found)


def warm_up(version: LoadedVersion) -> None:
    """Runs the warm-up requests of a version, as TF Serving does, because the first request of a kind is slow."""
    path = version.folder / WARM_UP_FILE
    for request in read_warm_up(path) if path.is_file() else ():
        inputs = {name: array_of(name, proto) for name, proto in request.inputs.items()}
        try:
            version.run(request.model_spec.signature_name, inputs)
        except RequestError as error:
            logger.warning("%s: a warm-up request of version %d fails: %s", version.name, version.number, error)
