"""Verification that an export ranks like the Python model, in each way of running a SavedModel."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows, numbered
from tfrec_dl.ranking.data.feedback import RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.names import CLICK_LOGIT
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.serving.inputs import AGE, RankingInputs
from tfrec_dl.serving.compare_answers import largest_difference, within_tolerance
from tfrec_dl.serving.names import RANK
from tfrec_dl.serving.run_saved_model import RUNS, Arrays, Run, VerificationError

ROWS = 4_096  # rows predicted at once


def verify_ranking_export(
    model: RankingModel, version: Path, split: ImpressionSplit, part: np.ndarray, runs: Mapping[str, Run] = RUNS
) -> dict[str, float]:
    """Compares `rank` with the Python model on lists of a table, each of which becomes a request.

    The export, of a ranking model or of two stages, is run through `tf.saved_model.load`, through a TF1 session (as in
    TF Serving) and through `saved_model_cli run` in a separate process. `verify_signatures` compares every signature on
    its example.

    Args:
        model: the exported model.
        version: the version folder.
        split: split of a table like the one the model was trained on.
        part: [m] int64, at least one row, as whole lists; they are run as one batch.
        runs: ways of running the export, by name.

    Returns:
        Maps each way of running to the largest difference from the Python model's predictions, relative above 1.

    Raises:
        VerificationError: if a list holds other candidates or is not ordered by score, or a prediction differs by more
            than 1e-5.
    """
    inputs = RankingInputs.of(model)
    rows = ranking_rows(model.fitted_state, split)
    predictions = Predictor(model)(RankingBatches(rows, part, ROWS).in_order())
    request = table_request(inputs, model.fitted_state, rows, predictions["row"])
    names = [name for name in predictions if name not in ("row", CLICK_LOGIT)]
    expected = {"scores": predictions[model.orders_by], **{name: predictions[name] for name in names}}
    answers = {name: run(Path(version), [(RANK, request)])[0] for name, run in runs.items()}
    return {name: compare(name, request, expected, answer) for name, answer in answers.items()}


def table_request(inputs: RankingInputs, fitted_state: FittedState, rows: RankingRows, part: np.ndarray) -> Arrays:
    """Converts lists of a table to one batch of requests.

    Args:
        inputs: inputs of the model.
        fitted_state: fitted state of the model.
        rows: rows of the table.
        part: [R] rows, with those of each list consecutive.

    Returns:
        The inputs of `rank` by name, padded.
    """
    table, events = rows.impressions, rows.events
    lists, numbers = numbered(table.lists[part])
    first = np.unique(numbers, return_index=True)[1]
    lengths = np.bincount(numbers)
    past = events.before(lists, rows.max_length)
    known = past[past >= 0]
    event_lengths = (past >= 0).sum(axis=1)
    columns = {} if table.context is None else table.context.columns

    found = {
        "user_id": table.user_ids[table.users[part[first]]],
        "item_ids": _padded(table.item_ids[table.items[part]], lengths),
        "history": _padded(table.item_ids[events.items[known]], event_lengths),
    }
    found |= {each.name: columns[each.feature][part[first]] for each in inputs.request}
    found |= {each.name: _padded(columns[each.feature][part], lengths) for each in inputs.candidate}
    for number, name in inputs.past_numbers.items():
        shown = events.rows[known]
        found[name] = _padded(np.where(shown < 0, np.float32(np.nan), columns[number][shown]), event_lengths)
    if inputs.timed:
        assert table.times is not None
        found[AGE] = _padded(events.ages(np.repeat(table.times[part[first]], event_lengths), known), event_lengths)
    if inputs.label_input is not None:
        levels = events.levels[known] - 1
        limits = np.array(fitted_state.levels.limits, dtype=np.float32)
        labels = limits[levels] if inputs.label == RATING else levels.astype(np.float32)
        found[inputs.label_input] = _padded(labels, event_lengths)
    return found


def _padded(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Returns [B, longest]: values row by row, padded with NaN or ""."""
    is_there = np.arange(max(1, int(lengths.max(initial=0)))) < lengths[:, None]
    padded = np.full(is_there.shape, "" if values.dtype == object else np.nan, dtype=values.dtype)
    padded[is_there] = values
    return padded


def compare(path: str, request: Arrays, expected: Arrays, found: Arrays) -> float:
    """Returns the largest difference between predictions.

    Args:
        path: way of running that gave the outputs, for errors.
        request: "item_ids" [B, N].
        expected: "scores" and each prediction [R], for the actual candidates, list by list.
        found: outputs of `rank`.

    Raises:
        VerificationError: as in `verify_ranking_export`.
    """
    lengths = (request["item_ids"] != "").sum(axis=1)
    ids = np.array([[item.decode() for item in row] for row in found["item_ids"]], dtype=object)
    differences, start = [0.0], 0
    for row, length in enumerate(lengths):
        asked = request["item_ids"][row][request["item_ids"][row] != ""]
        if (ids[row, length:] != "").any() or sorted(ids[row, :length]) != sorted(asked):
            raise VerificationError(f"{path}: list {row} holds different candidates from those it was given.")
        if (np.diff(found["scores"][row]) > 0).any():
            raise VerificationError(f"{path}: list {row} is not in the order of its scores.")
        part = slice(start, start + length)
        start += length
        # Compared by id, because almost tied items may swap. Duplicates of an id are ordered by score.
        ours = np.lexsort((expected["scores"][part], asked.astype(str)))
        theirs = np.lexsort((found["scores"][row, :length], ids[row, :length].astype(str)))
        for name, values in expected.items():
            differences.append(largest_difference(values[part][ours], found[name][row, :length][theirs]))
    return within_tolerance(path, max(differences))
