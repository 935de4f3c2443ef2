"""Requests that no client should send, against one export."""

import random
from pathlib import Path
from typing import Any

import numpy as np

import tfrec_dl
from tfrec_dl.errors import InputError

EXPORT = Path(__file__).parents[2] / "saved_models" / "gru"
ODD = [b"\xff\xfe", "", "nobody", "x" * 10_000, "\0\n", "Ω", "0012", "1e3x", "NaN", " 1", b"nothing"]
REFUSED = [3.5, float("nan"), None, True, ["a"]]  # no ids
TOLERANCE = 1e-4  # of a score, between a batch and a row alone


class Requests:
    """Asks an export what is drawn, and knows what it must answer.

    Args:
        seed: of what is drawn.
    """

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.recommender = tfrec_dl.load(EXPORT)
        self.known = [item for item, _ in self.recommender.recommend([[]], 100)[0]]

    def one(self) -> str | None:
        """Asks once; what is wrong with the answer, in words."""
        histories = [self._ids(self.draw.choice((0, 1, 3, 20))) for _ in range(self.draw.choice((0, 1, 1, 2, 7)))]
        exclude = None if self.draw.random() < 0.5 else [self._ids(self.draw.choice((0, 2, 30))) for _ in histories]
        k = self.draw.choice((1, 5, 100))
        try:
            found = self.recommender.recommend(histories, k, exclude)
        except InputError as error:
            return None if "\n" not in str(error) else f"several lines: {error}"
        if len(found) != len(histories):
            return f"{len(found)} rows of {len(histories)}"
        for row, (history, answer) in enumerate(zip(histories, found, strict=True)):
            gone = () if exclude is None else exclude[row]
            if wrong := self._wrong(history, gone, answer, k):
                return f"{wrong}: history {history!r:.200}, exclude {gone!r:.200}, k {k}"
        return None

    def _ids(self, count: int) -> list[Any]:
        odd = [*ODD, *REFUSED] if self.draw.random() < 0.03 else ODD
        return [
            self.draw.choice(self.known) if self.draw.random() < 0.7 else self.draw.choice(odd) for _ in range(count)
        ]

    def _wrong(self, history: list[Any], exclude: Any, answer: list[tuple[str, float]], k: int) -> str | None:
        items, scores = [item for item, _ in answer], np.array([score for _, score in answer])
        if not np.isfinite(scores).all() or (np.diff(scores) > 0).any():
            return "scores are not finite numbers, best first"
        if len(set(items)) < len(items) or len(items) > k:
            return "an item twice, or more than were asked for"
        if {*map(str, history), *map(str, exclude)} & set(items):
            return "an item of the history, or excluded"
        if self.draw.random() < 0.3:
            clean = [item for item in history if item in self.known]
            alone = self.recommender.recommend([clean], k, [[item for item in exclude if item in self.known]])[0]
            if len(alone) != len(answer) or not np.allclose([score for _, score in alone], scores, atol=TOLERANCE):
                return "other scores than without what is unknown"
        return None
