"""Progress reports of a preparation."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with a stage ("reading", "sorting", "writing"), the amount done and the total; None if unknown."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Reports nothing."""
