"""The command line: parses, calls, prints. One file a command, or two that belong together."""

from tfrec_dl.cli.app import app

__all__ = ["app"]
