"""The command `tfrec-dl label`."""

import re
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


def label(
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export.")],
    labels: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LABEL=VERSION",
            show_default=False,
            help="For example stable=1 canary=2. Without labels, only the newest version is served.",
        ),
    ] = None,
) -> None:
    """Set in models.config which versions are served, and under which labels.

    A server that polls the file picks up the change. Labels that are not given are removed; with no labels, the server
    serves the newest version again.
    """
    read = [_read(text) for text in labels or ()]
    found = dict(read)
    if len(found) < len(read):
        raise InputError(f"a label is given twice in {' '.join(labels or ())!r:.80}: give each label one version.")
    quiet_tensorflow()
    from tfrec_dl.serving.version_labels import label_versions

    path = label_versions(dest, found)
    served = ", ".join(f"{name} is version {version}" for name, version in found.items()) or "the newest is served"
    say(f"wrote {path}: {served}")


def _read(text: str) -> tuple[str, int]:
    """Parses LABEL=VERSION."""
    name, mark, version = text.rpartition("=")
    if not mark or not re.fullmatch("[0-9]{1,19}", version):
        raise InputError(f"{text!r:.80} cannot be read: write a label and its version, for example stable=1.")
    return name, int(version)
