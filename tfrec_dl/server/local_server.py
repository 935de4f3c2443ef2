"""A local server: REST and gRPC on two ports, with a watcher for new versions."""

import os
import socket
import threading
from pathlib import Path

import uvicorn
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.errors import InputError
from tfrec_dl.server.app import Application
from tfrec_dl.server.explorer.users import UserHistories
from tfrec_dl.server.grpc_services import grpc_server
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.model_configs import metrics_path, served_folder
from tfrec_dl.server.models import Models
from tfrec_dl.server.reload_config import reloader
from tfrec_dl.server.slow_clients import impatient
from tfrec_dl.server.watcher import Watcher

LAST_PORT = 65535
SECONDS_TO_END = 5  # seconds allowed for requests in progress


@configuration
class ServerSettings:
    """Settings of a server.

    Attributes:
        host: address to listen on; by default only this machine can reach it.
        port: port of REST and the explorer; 0 for any free one.
        grpc_port: port of gRPC; 0 for any free one.
        poll_seconds: seconds between checks for new versions.
        warm_up: whether a version first runs its warm-up requests, as in TF Serving.
        limits: limits on a request.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=0, le=LAST_PORT)
    grpc_port: int = Field(default=8500, ge=0, le=LAST_PORT)
    poll_seconds: float = Field(default=1.0, gt=0)
    warm_up: bool = True
    limits: Limits = Field(default_factory=Limits)


class LocalServer:
    """Serves exports, either as a block or with `run`.

    The models are loaded on creation. Ports are open from then on, and answer within the block.

    Args:
        dest: path as for `model_configs`.
        settings: settings of the server.
        histories: table of interactions whose users' histories the explorer can load; None for none.

    Attributes:
        models: the served models.
        watcher: watcher for new versions; `watcher.look()` checks at once.
        url: address of REST and the explorer, without a path.
        grpc_address: address of gRPC.

    Raises:
        InputError: if there is nothing to serve, no model can be loaded, a port is in use, or the table cannot be read.
    """

    def __init__(
        self,
        dest: str | os.PathLike[str],
        settings: ServerSettings | None = None,
        histories: str | Path | None = None,
    ) -> None:
        settings = settings or ServerSettings()
        users = None if histories is None else UserHistories(Interactions.read(histories))
        limits = settings.limits
        self.models = Models()
        self.watcher = Watcher(dest, self.models, settings.poll_seconds, settings.warm_up)
        self._socket = _listening(settings.host, settings.port)
        try:
            metrics = Metrics()
            reload = reloader(self.watcher, self.models, served_folder(dest))
            self._grpc, grpc_port = grpc_server(self.models, limits, metrics, reload, settings.host, settings.grpc_port)
            self.watcher.look()
            if not any(self.models.loaded().values()):
                raise InputError(f"nothing in {dest} can be served: {self._reasons()}")
        except BaseException:
            self._socket.close()
            raise
        self.url = f"http://{_address(settings.host)}:{self._socket.getsockname()[1]}"
        self.grpc_address = f"{_address(settings.host)}:{grpc_port}"
        self.app = Application(self.models, limits, metrics, metrics_path(dest), users)
        config = uvicorn.Config(
            self.app,
            http=impatient(limits.send_seconds),
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            limit_concurrency=limits.connections,
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        self._http = _Started(config)

    def run(self) -> None:
        """Answers requests until the process is interrupted or terminated."""
        self._begin()
        try:
            self._http.run(sockets=[self._socket])
        finally:
            self._end()

    def __enter__(self) -> "LocalServer":
        self._begin()
        self._thread = threading.Thread(target=self._http.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self._http.answers.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.should_exit = True
        self._thread.join()
        self._end()

    def _begin(self) -> None:
        self._grpc.start()
        self.watcher.start()

    def _end(self) -> None:
        self.watcher.end()
        self._grpc.stop(SECONDS_TO_END).wait()
        self._socket.close()

    def _reasons(self) -> str:
        names = self.models.loaded()
        states = [state for name in names for state in self.models.states(name).values()]
        return next((state.message for state in states if state.message), "its models.config names no version there")


class _Started(uvicorn.Server):
    """A server that signals when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"cannot listen on port {port} of {host} ({reason}): name another with --port, or 0 for any that is free."
        ) from error


def _address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
