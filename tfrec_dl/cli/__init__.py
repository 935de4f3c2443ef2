"""The command line: parses options, calls the package and prints results. Related commands share a file."""

from tfrec_dl.cli.app import app

__all__ = ["app"]
