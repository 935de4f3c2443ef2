"""Preparations that are killed at a file of one's choice."""

import os
from pathlib import Path

from tfrec_dl.data.prepared.prepare import prepare


class Killed(BaseException):
    """What nothing catches."""


def killed_at(number: int, monkeypatch, config, out: Path) -> bool:
    """Prepares until the file of this number, from 0, would appear; says whether there was one."""
    replace, seen = os.replace, []

    def counted(source, target):
        if len(seen) == number:
            Path(f"{source}.left").write_bytes(Path(source).read_bytes())
            raise Killed
        seen.append(target)
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", counted)
        try:
            prepare(config, out)
        except Killed:
            return True
    return False
