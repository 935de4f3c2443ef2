"""Checks that an export recommends what the Python model does, on each path that runs a SavedModel."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.serving.features import as_catalogue, embed_features, feature_inputs
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.scored_module import CatalogueModel

TOLERANCE = 1e-5  # of a score: absolute below 1, relative above, where float32 itself is no finer

Outputs = tuple[np.ndarray, np.ndarray]  # ids [B, k] object (bytes), scores [B, k] float32


class VerificationError(RuntimeError):
    """An export that does not recommend what its model does."""


def verify_export(
    model: RetrievalModel | CatalogueModel,
    version: Path,
    histories: Sequence[Sequence[str]],
    items: Catalogue | None = None,
) -> dict[str, float]:
    """Compares `serving_default` with the Python model, and `embed_item_features` where there are features.

    The export is run through `tf.saved_model.load`, through a TF1 session (the path that TF Serving takes) and through
    `saved_model_cli run` in a process of its own.

    Args:
        model: the model that was exported.
        version: the version folder.
        histories: item ids, oldest first, a row each; at least one.
        items: raw features of some items. Their vectors must be the Python model's; of items that the model knows by
            features alone, also those in the index.

    Returns:
        For each path the largest difference between a score and the Python model's, relative where scores exceed 1.
        With `items`, for "embed_item_features" the same of a component of a vector.

    Raises:
        VerificationError: if a list holds other items than the Python model's (items whose scores differ by less than
            1e-5 may stand for each other), an item twice or a seen item, or a score or a component of a vector is off
            by more than 1e-5.
    """
    longest = max(map(len, histories))
    history = np.array([[*row, *[""] * (longest - len(row))] for row in histories], dtype=object)
    history = history.reshape(len(histories), longest)
    expected = _python_scores(model, histories)
    paths: dict[str, Callable[[Path, np.ndarray], Outputs]] = {
        "tf.saved_model.load": _run_eager,
        "tf.compat.v1.Session": _run_session,
        "saved_model_cli run": _run_command_line,
    }
    found = {name: _compare(name, model, expected, *run(Path(version), history)) for name, run in paths.items()}
    if items is not None:
        found["embed_item_features"] = _compare_features(model, Path(version), items)
    return found


def run_in_session(version: Path, requests: Sequence[tuple[str, dict[str, np.ndarray]]]) -> list[dict[str, np.ndarray]]:
    """Runs requests as TF Serving does: the SavedModel in a TF1 session, each signature by its tensors' names.

    Args:
        version: the version folder.
        requests: signature names and the values of their inputs.

    Returns:
        The outputs of each request by name.
    """
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(version))
        answers = []
        for name, inputs in requests:
            signature = meta_graph.signature_def[name]
            feed = {signature.inputs[key].name: value for key, value in inputs.items()}
            answers.append(session.run({key: value.name for key, value in signature.outputs.items()}, feed))
    return answers


def run_in_command_line(version: Path, name: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Runs a request through `saved_model_cli run`, in a process of its own.

    Args:
        version: the version folder.
        name: of the signature.
        inputs: the values of its inputs.

    Returns:
        The outputs by name.

    Raises:
        VerificationError: if the process fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        for key, value in inputs.items():
            np.save(Path(folder, f"input_{key}.npy"), value, allow_pickle=True)
        command = [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli", "run", "--dir", str(version)]
        command += ["--tag_set", "serve", "--signature_def", name]
        command += ["--inputs", ";".join(f"{key}={folder}/input_{key}.npy" for key in inputs), "--outdir", folder]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise VerificationError(f"saved_model_cli run failed on {version}: {done.stderr.strip()[-500:]}")
        outputs = {path.stem: path for path in Path(folder).glob("*.npy") if not path.stem.startswith("input_")}
        return {key: np.load(path, allow_pickle=True) for key, path in outputs.items()}


def _python_scores(model: Any, histories: Sequence[Sequence[str]]) -> np.ndarray:
    """Scores [H, size] as the evaluation measures them, `LOWEST_SCORE` for seen items and for padding and unknown."""
    vocabulary = model.vocabulary
    indices = [vocabulary.encode(np.array(row, dtype=object)) for row in histories]
    rows = np.repeat(np.arange(len(indices)), [len(row) for row in indices])
    items = np.concatenate(indices)
    known = items >= FIRST_ITEM
    rows, items = rows[known], items[known]
    # No user has the id "": like `serving_default`, the model is to know nothing of users but their histories.
    packed = Histories.from_rows(rows, items, np.full(len(histories), "", dtype=object))
    scores = as_scorer(model).scores(packed)
    scores[rows, items] = LOWEST_SCORE
    scores[:, :FIRST_ITEM] = LOWEST_SCORE
    return scores


def _compare_features(model: Any, version: Path, items: Catalogue) -> float:
    """The largest difference between a vector from raw features and what it should be."""
    inputs = feature_inputs(model.item_tower.kinds)
    signatures = tf.saved_model.load(str(version)).signatures
    items = as_catalogue(items, inputs, "item_id")
    vectors = embed_features(signatures["embed_item_features"], inputs, items)
    raw = {each.feature: tf.constant(items.columns[each.feature], each.spec.dtype) for each in inputs}
    indices = model.vocabulary.encode(items.ids)
    by_features = (indices >= FIRST_ITEM) & (model.vocabulary.item_counts[indices] == 0)
    rows = signatures["embed_items"](item_ids=tf.constant(items.ids[by_features], tf.string))["vectors"].numpy()
    pairs = ((vectors, model.item_tower.vectors_of(raw).numpy()), (vectors[by_features], rows))
    differences = [np.abs(one - other) / np.maximum(1, np.abs(other)) for one, other in pairs]
    difference = float(max(values.max(initial=0) for values in differences))
    if not difference <= TOLERANCE:
        raise VerificationError(f"embed_item_features: a vector differs from the Python model's by {difference:.3g}.")
    return difference


def _run_eager(version: Path, history: np.ndarray) -> Outputs:
    outputs = tf.saved_model.load(str(version)).signatures["serving_default"](history=tf.constant(history, tf.string))
    return outputs["item_ids"].numpy(), outputs["scores"].numpy()


def _run_session(version: Path, history: np.ndarray) -> Outputs:
    (outputs,) = run_in_session(version, [("serving_default", {"history": history})])
    return outputs["item_ids"], outputs["scores"]


def _run_command_line(version: Path, history: np.ndarray) -> Outputs:
    outputs = run_in_command_line(version, "serving_default", {"history": history})
    return outputs["item_ids"], outputs["scores"]


def _compare(path: str, model: Any, expected: np.ndarray, item_ids: np.ndarray, scores: np.ndarray) -> float:
    """The largest difference; see `verify_export` for what is an error."""
    k = scores.shape[1]
    best = -np.sort(-expected, axis=1)[:, :k]
    texts = np.array([[item.decode() for item in row] for row in item_ids], dtype=object)
    indices = model.vocabulary.encode(texts)
    own = np.take_along_axis(expected, indices.astype(np.int64), axis=1)
    scale = np.maximum(1, np.abs(best))
    # The scores by place, and of each item its own: so an item may stand only where its own score would.
    difference = float(np.max(np.maximum(np.abs(scores - best), np.abs(scores - own)) / scale))
    if not difference <= TOLERANCE:
        raise VerificationError(f"{path}: a score differs from the Python model's by {difference:.3g}.")
    empty = (best == LOWEST_SCORE).sum(axis=1)
    for row, count in enumerate(empty):
        distinct = len(set(texts[row][texts[row] != ""]))
        if distinct != k - count:
            raise VerificationError(f"{path}: row {row} holds {distinct} distinct items, but {k - count} are left.")
    return difference
