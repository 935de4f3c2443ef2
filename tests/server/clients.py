"""Clients of a server in this process, without ports."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from tfrec_dl.server.app import Application
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.model_configs import metrics_path
from tfrec_dl.server.models import Models
from tfrec_dl.server.watcher import Watcher


class Client(TestClient):
    """Asks a server of its own.

    Attributes:
        models: what it serves.
        watcher: looks for new versions when it is told to.
    """

    def __init__(self, dest: Path, limits: Limits | None = None) -> None:
        self.models = Models()
        self.watcher = Watcher(dest, self.models, warm_up=False)
        self.watcher.look()
        super().__init__(Application(self.models, limits or Limits(), Metrics(), metrics_path(dest)))


@contextmanager
def serving(dest: Path, limits: Limits | None = None) -> Iterator[Client]:
    """A client of a server of `dest`."""
    with Client(dest, limits) as client:
        yield client
