"""Work that is killed at a file of one's choice."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Killed(BaseException):
    """What nothing catches."""


def killed_at(number: int, monkeypatch: Any, work: Callable[..., object], *arguments: Any, **settings: Any) -> bool:
    """Works until the file of this number, from 0, would appear; says whether there was one."""
    replace, seen = os.replace, []

    def counted(source: Any, target: Any) -> None:
        if len(seen) == number:
            Path(f"{source}.left").write_bytes(Path(source).read_bytes())
            raise Killed
        seen.append(target)
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", counted)
        try:
            work(*arguments, **settings)
        except Killed:
            return True
    return False
