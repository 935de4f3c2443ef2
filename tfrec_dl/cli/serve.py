"""The command `tfrec-dl serve`."""

import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from tfrec_dl.server.local_server import LocalServer

PRODUCTION = "for laptops and tests; in production, use TF Serving, which reads the same folder (docs/serving.md)"


@dataclass(frozen=True)
class ServerPorts:
    """Where a server listens.

    Attributes:
        port: port of REST and the explorer.
        grpc_port: port of gRPC.
        host: address to listen on.
    """

    port: Annotated[int, typer.Option(help="Port of REST and the explorer; 0 for any free port.")] = 8501
    grpc_port: Annotated[int, typer.Option(help="Port of gRPC; 0 for any free port.")] = 8500
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines connect, without a password.")
    ] = "127.0.0.1"


@grouped
def serve(
    *,
    dest: Annotated[
        Path,
        typer.Argument(
            metavar="DEST",
            show_default=False,
            help="Folder of an export, folder of several exports, or a models.config.",
        ),
    ],
    ports: ServerPorts,
    histories: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE",
            show_default=False,
            help="Table with user_id, item_id and timestamp, whose histories the explorer can load.",
        ),
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the explorer in the browser.")] = False,
) -> None:
    """Serve exports on this machine like TF Serving: REST, gRPC and an explorer in the browser.

    New versions are loaded while the server runs, and old ones are unloaded after their last request. models.config
    decides labels and versions.
    """
    answer(local_server(dest, ports, histories), browse)


def local_server(dest: Path, ports: ServerPorts, histories: Path | None = None) -> "LocalServer":
    """Returns a server whose models are loaded.

    Raises:
        InputError: as in `LocalServer`, or if the extra is not installed.
    """
    quiet_tensorflow()
    try:
        from tfrec_dl.server.local_server import LocalServer, ServerSettings
    except ImportError as error:
        raise InputError(
            f'serving needs the package {error.name}, which is missing: pip install "tfrec_dl[server]".'
        ) from error
    say(f"loading {dest} and calling each signature once ...")
    return LocalServer(dest, ServerSettings(ports.host, ports.port, ports.grpc_port), histories)


def answer(server: "LocalServer", browse: bool = False) -> None:
    """Prints what is served, and answers requests until it is interrupted.

    Args:
        server: the server to run.
        browse: whether to open the explorer in the browser.
    """
    for name, versions in server.models.loaded().items():
        served = ", ".join(f"version {number}" for number in versions) or "no version yet"
        say(f"{name}: {served} at {server.url}/v1/models/{name}:predict, gRPC at {server.grpc_address}")
    say(f"explorer: {server.url}/")
    say(f"({PRODUCTION}; Ctrl-C stops it)")
    if browse:
        webbrowser.open(server.url)
    with shown_progress():
        server.run()
