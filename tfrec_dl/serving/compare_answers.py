"""Comparison of an export's answers with those of the Python model."""

from collections.abc import Mapping

import numpy as np

from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.recommendation_id import MARK
from tfrec_dl.serving.run_saved_model import VerificationError

TOLERANCE = 1e-5  # for scores: absolute below 1, relative above, where float32 itself is less precise


def compare_answers(what: str, expected: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> float:
    """Returns the largest difference between two answers of a signature; differences are relative for values above 1.

    Items of a list with almost equal scores may replace each other.

    Args:
        what: name of the signature and the path, for errors.
        expected: outputs of the Python model.
        found: outputs of the export.

    Raises:
        VerificationError: if outputs, shapes, ids or other texts differ, or if a number differs by more than
            `TOLERANCE`.
    """
    shapes = [{name: values.shape for name, values in answer.items()} for answer in (expected, found)]
    if shapes[0] != shapes[1]:
        raise VerificationError(f"{what}: the outputs are {shapes[1]}, but the Python model's {shapes[0]}.")
    if "item_ids" in expected and "scores" in expected:
        rows = range(len(expected["item_ids"]))
        differences = [_compare_lists(what, *(_row(answer, row) for answer in (expected, found))) for row in rows]
    else:
        differences = [_difference(what, name, values, found[name]) for name, values in expected.items()]
    return within_tolerance(what, max(differences, default=0.0))


def _row(answer: Mapping[str, np.ndarray], row: int) -> dict[str, np.ndarray]:
    return {name: values[row] for name, values in answer.items()}


def _compare_lists(what: str, expected: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> float:
    """Returns the largest difference between two lists: [K] "item_ids", "scores" and further values of each."""
    differences = [largest_difference(expected["scores"], found["scores"])]
    # Compared by id, because almost tied items may swap. Duplicates of an id are ordered by score.
    ours, theirs = (np.lexsort((row["scores"], row["item_ids"].astype(bytes))) for row in (expected, found))
    if np.array_equal(expected["item_ids"][ours], found["item_ids"][theirs]):
        values = [name for name in expected if name not in ("item_ids", RECOMMENDATION_ID)]
        differences += [_difference(what, name, expected[name][ours], found[name][theirs]) for name in values]
        if RECOMMENDATION_ID in expected and np.array_equal(expected["item_ids"], found["item_ids"]):
            # The compared model has a different version than the export, so the part of the id that names it may
            # differ.
            ours, theirs = (np.array(bytes(row[RECOMMENDATION_ID]).split(MARK)[1:]) for row in (expected, found))
            differences.append(_difference(what, RECOMMENDATION_ID, ours, theirs))
    else:
        # At the end of a list, an item may be replaced by an almost tied one.
        others = ~np.isin(found["item_ids"], expected["item_ids"])
        distinct = len(set(found["item_ids"])) == len(set(expected["item_ids"]))
        last = np.full(others.sum(), expected["scores"][-1])
        if not distinct or largest_difference(last, found["scores"][others]) > TOLERANCE:
            raise VerificationError(f"{what}: a list holds other items than the Python model's.")
    return max(differences)


def _difference(what: str, name: str, expected: np.ndarray, found: np.ndarray) -> float:
    """Does the same as `largest_difference`; returns 0 for texts, which must be equal."""
    if expected.dtype.kind not in "OSU":
        return largest_difference(expected, found)
    if not np.array_equal(expected, found):
        raise VerificationError(f"{what}: a text of {name} differs from the Python model's.")
    return 0.0


def largest_difference(expected: np.ndarray, found: np.ndarray) -> float:
    """Returns the largest difference between numbers, relative above 1; infinite for NaN, 0 without numbers."""
    differences = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    return float(np.max(np.where(np.isnan(differences), np.inf, differences), initial=0.0))


def within_tolerance(what: str, difference: float) -> float:
    """Returns the difference.

    Raises:
        VerificationError: if it exceeds `TOLERANCE`.
    """
    if not difference <= TOLERANCE:
        raise VerificationError(f"{what}: a number differs from the Python model's by {difference:.3g}.")
    return difference
