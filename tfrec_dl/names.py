"""Suggestions for misspelled names."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Returns the known name most similar to a name, ignoring case; None if none is similar.

    Args:
        name: the name as written.
        known: the existing names.
        cutoff: required similarity, 0 to 1, as in `difflib.get_close_matches`.
    """
    originals: dict[str, str] = {}
    for each in known:
        originals.setdefault(each.lower(), each)
    near = difflib.get_close_matches(name.lower(), originals, n=1, cutoff=cutoff)
    return originals[near[0]] if near else None


def closest(name: str, known: Iterable[str]) -> str:
    """Returns the end of an error message about an unknown name: the nearest name, or all of them."""
    known = list(known)
    near = nearest(name, known)
    return f"choose one of {', '.join(known)}." if near is None else f"did you mean {near!r}?"
