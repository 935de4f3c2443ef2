"""Progress reports of a preparation."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with a stage ("reading", "sorting", "writing"), how much of it is done and of how much; None is not known."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Reports nothing."""
