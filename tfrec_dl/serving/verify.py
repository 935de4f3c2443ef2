"""Verification that an export answers like the Python model, in each way of running a SavedModel."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.serving.compare_answers import compare_answers, within_tolerance
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.names import SERVING_DEFAULT
from tfrec_dl.serving.publishing import Served
from tfrec_dl.serving.run_saved_model import RUNS, Arrays, Request, Run, VerificationError

ROWS = 2  # per example: a new user, and one with the longest history


class Recommending(Protocol):
    """A model that recommends, with its module: a scorer or a `RetrievalModel`."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The items."""

    def serving_module(self, k_max: int = 100) -> Served:
        """Returns the module to export."""


def verify_export(
    model: Recommending,
    version: Path,
    histories: Sequence[Sequence[str]],
    runs: Mapping[str, Run] = RUNS,
    keep_seen: bool = False,
) -> dict[str, float]:
    """Compares `serving_default` with the Python model's scores, and every signature with its Python function.

    The export is run through `tf.saved_model.load`, through a TF1 session (as in TF Serving), and through
    `saved_model_cli run` in a separate process.

    Args:
        model: the exported model.
        version: the version folder.
        histories: at least one row of item ids, oldest first.
        runs: ways of running the export, by name.
        keep_seen: whether it was exported to recommend items of the history again.

    Returns:
        Maps each way of running to the largest difference from the Python model's numbers, relative for values above 1.

    Raises:
        VerificationError: if a list holds other items than the Python model's (items whose scores differ by less than
            1e-5 may replace each other), holds an item twice or a seen item, or a number differs by more than 1e-5.
    """
    longest = max(map(len, histories))
    history = np.array([[*row, *[""] * (longest - len(row))] for row in histories], dtype=object)
    history = history.reshape(len(histories), longest)
    expected = _python_scores(model, histories, keep_seen)
    k_max = _longest_list(Path(version))
    module = model.serving_module(k_max, keep_seen=True) if keep_seen else model.serving_module(k_max)  # type: ignore[call-arg]
    requests, wanted = _examples(module)
    differences = {}
    for path, run in runs.items():
        answer, *given = run(Path(version), [(SERVING_DEFAULT, {"history": history}), *requests])
        lists = compare_with_scores(path, model.vocabulary, expected, answer["item_ids"], answer["scores"])
        differences[path] = max(lists, _compare(path, requests, wanted, given))
    return differences


def verify_signatures(module: Served, version: Path, runs: Mapping[str, Run] = RUNS) -> dict[str, float]:
    """Compares every signature of an export with its Python function, on the signature's example.

    Args:
        module: the exported module.
        version: the version folder.
        runs: ways of running the export, by name.

    Returns:
        Maps each way of running to the largest difference.

    Raises:
        VerificationError: as in `compare_answers`.
    """
    requests, wanted = _examples(module)
    return {path: _compare(path, requests, wanted, run(Path(version), requests)) for path, run in runs.items()}


def _examples(module: Served) -> tuple[list[Request], list[Arrays]]:
    """Returns each signature's example, under each of its names, and the answer of its Python function."""
    requests, wanted = [], []
    for signature in module.signatures():
        example = signature.example(ROWS, module.longest_example)
        outputs = signature.function(
            **{name: tf.constant(values, signature.inputs[name].dtype) for name, values in example.items()}
        )
        for name in (signature.name, *signature.also):
            requests.append((name, example))
            wanted.append({key: values.numpy() for key, values in outputs.items()})
    return requests, wanted


def _compare(path: str, requests: list[Request], wanted: list[Arrays], given: list[Arrays]) -> float:
    """Returns the largest difference between answers to examples; raises as in `compare_answers`."""
    return max(
        compare_answers(f"{path}, {name}", expected, answer)
        for (name, _), expected, answer in zip(requests, wanted, given, strict=True)
    )


def _longest_list(version: Path) -> int:
    """Returns the `k_max` that a version was exported with."""
    saved = SavedModel.FromString((version / "saved_model.pb").read_bytes())
    return saved.meta_graphs[0].signature_def[SERVING_DEFAULT].outputs["scores"].tensor_shape.dim[1].size


def compare_with_scores(
    path: str, vocabulary: Vocabulary, expected: np.ndarray, item_ids: np.ndarray, scores: np.ndarray
) -> float:
    """Returns the largest difference between recommendations and the scores of the whole catalogue.

    Args:
        path: way of running that recommended, for errors.
        vocabulary: the items.
        expected: [H, size] scores, `LOWEST_SCORE` where an item must not be recommended.
        item_ids: [H, k] object (bytes).
        scores: [H, k] float32.

    Raises:
        VerificationError: as in `verify_export`.
    """
    k = scores.shape[1]
    best = -np.sort(-expected, axis=1)[:, :k]
    texts = np.array([[item.decode() for item in row] for row in item_ids], dtype=object)
    own = np.take_along_axis(expected, vocabulary.encode(texts).astype(np.int64), axis=1)
    # Compares scores by place, and each item with its own score: an item may only be where its own score belongs.
    differences = np.maximum(np.abs(scores - best), np.abs(scores - own)) / np.maximum(1, np.abs(best))
    difference = within_tolerance(path, float(np.max(differences)))
    empty = (best == LOWEST_SCORE).sum(axis=1)
    for row, count in enumerate(empty):
        distinct = len(set(texts[row][texts[row] != ""]))
        if distinct != k - count:
            raise VerificationError(f"{path}: row {row} holds {distinct} distinct items, but {k - count} are left.")
    return difference


def _python_scores(model: Any, histories: Sequence[Sequence[str]], keep_seen: bool) -> np.ndarray:
    """Returns scores [H, size] as evaluation measures them, `LOWEST_SCORE` for masked items, padding and unknown."""
    vocabulary = model.vocabulary
    indices = [vocabulary.encode(np.array(row, dtype=object)) for row in histories]
    rows = np.repeat(np.arange(len(indices)), [len(row) for row in indices])
    items = np.concatenate(indices)
    known = items >= FIRST_ITEM
    rows, items = rows[known], items[known]
    # No user has the id "", so, as in `serving_default`, the model knows users only by their histories.
    packed = Histories.from_rows(rows, items, np.full(len(histories), "", dtype=object))
    scores = as_scorer(model).scores(packed)
    if not keep_seen:
        scores[rows, items] = LOWEST_SCORE
    scores[:, :FIRST_ITEM] = LOWEST_SCORE
    return scores
