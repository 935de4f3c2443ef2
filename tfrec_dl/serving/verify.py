"""Verification that an export answers as the Python model does, on each path that runs a SavedModel."""

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

ROWS = 2  # of each example: a new user, and one with the longest history


class Recommending(Protocol):
    """A model that recommends: a scorer or a `RetrievalModel`, with its module."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The items."""

    def serving_module(self, k_max: int = 100) -> Served:
        """The graph that is exported."""


def verify_export(
    model: Recommending,
    version: Path,
    histories: Sequence[Sequence[str]],
    runs: Mapping[str, Run] = RUNS,
    keep_seen: bool = False,
) -> dict[str, float]:
    """Compares `serving_default` with the scores of the Python model, and every signature with its Python function.

    The export is run through `tf.saved_model.load`, through a TF1 session (the path that TF Serving takes) and through
    `saved_model_cli run` in a process of its own.

    Args:
        model: the model that was exported.
        version: the version folder.
        histories: item ids, oldest first, a row each; at least one.
        runs: the paths, by name.
        keep_seen: whether it was exported so that items of the history are recommended again.

    Returns:
        For each path the largest difference between a number and the Python model's, relative where it exceeds 1.

    Raises:
        VerificationError: if a list holds other items than the Python model's (items whose scores differ by less than
            1e-5 may stand for each other), an item twice or a seen item, or a number is off by more than 1e-5.
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
        module: what was exported.
        version: the version folder.
        runs: the paths, by name.

    Returns:
        For each path the largest difference.

    Raises:
        VerificationError: as `compare_answers`.
    """
    requests, wanted = _examples(module)
    return {path: _compare(path, requests, wanted, run(Path(version), requests)) for path, run in runs.items()}


def _examples(module: Served) -> tuple[list[Request], list[Arrays]]:
    """Each signature's example, under each of its names, and what its Python function answers."""
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
    """The largest difference of answers to examples; raises as `compare_answers`."""
    return max(
        compare_answers(f"{path}, {name}", expected, answer)
        for (name, _), expected, answer in zip(requests, wanted, given, strict=True)
    )


def _longest_list(version: Path) -> int:
    """The `k_max` that a version was exported with."""
    saved = SavedModel.FromString((version / "saved_model.pb").read_bytes())
    return saved.meta_graphs[0].signature_def[SERVING_DEFAULT].outputs["scores"].tensor_shape.dim[1].size


def compare_with_scores(
    path: str, vocabulary: Vocabulary, expected: np.ndarray, item_ids: np.ndarray, scores: np.ndarray
) -> float:
    """The largest difference between recommendations and the scores of the whole catalogue.

    Args:
        path: what recommended, for errors.
        vocabulary: the items.
        expected: [H, size] scores, `LOWEST_SCORE` where an item must not be recommended.
        item_ids: [H, k] object (bytes).
        scores: [H, k] float32.

    Raises:
        VerificationError: as `verify_export`.
    """
    k = scores.shape[1]
    best = -np.sort(-expected, axis=1)[:, :k]
    texts = np.array([[item.decode() for item in row] for row in item_ids], dtype=object)
    own = np.take_along_axis(expected, vocabulary.encode(texts).astype(np.int64), axis=1)
    # The scores by place, and of each item its own: so an item may stand only where its own score would.
    differences = np.maximum(np.abs(scores - best), np.abs(scores - own)) / np.maximum(1, np.abs(best))
    difference = within_tolerance(path, float(np.max(differences)))
    empty = (best == LOWEST_SCORE).sum(axis=1)
    for row, count in enumerate(empty):
        distinct = len(set(texts[row][texts[row] != ""]))
        if distinct != k - count:
            raise VerificationError(f"{path}: row {row} holds {distinct} distinct items, but {k - count} are left.")
    return difference


def _python_scores(model: Any, histories: Sequence[Sequence[str]], keep_seen: bool) -> np.ndarray:
    """Scores [H, size] as the evaluation measures them, `LOWEST_SCORE` for masked items and for padding and unknown."""
    vocabulary = model.vocabulary
    indices = [vocabulary.encode(np.array(row, dtype=object)) for row in histories]
    rows = np.repeat(np.arange(len(indices)), [len(row) for row in indices])
    items = np.concatenate(indices)
    known = items >= FIRST_ITEM
    rows, items = rows[known], items[known]
    # No user has the id "": like `serving_default`, the model is to know nothing of users but their histories.
    packed = Histories.from_rows(rows, items, np.full(len(histories), "", dtype=object))
    scores = as_scorer(model).scores(packed)
    if not keep_seen:
        scores[rows, items] = LOWEST_SCORE
    scores[:, :FIRST_ITEM] = LOWEST_SCORE
    return scores
