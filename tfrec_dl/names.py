"""Suggestions for names that do not exist."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like a name, whatever the case of its letters; None if none is.

    Args:
        name: as it was written.
        known: the names that exist.
        cutoff: how much of it has to agree, 0 to 1, as in `difflib.get_close_matches`.
    """
    originals: dict[str, str] = {}
    for each in known:
        originals.setdefault(each.lower(), each)
    near = difflib.get_close_matches(name.lower(), originals, n=1, cutoff=cutoff)
    return originals[near[0]] if near else None


def closest(name: str, known: Iterable[str]) -> str:
    """The end of an error message about a name that does not exist: the nearest one, or all of them."""
    known = list(known)
    near = nearest(name, known)
    return f"choose one of {', '.join(known)}." if near is None else f"did you mean {near!r}?"
