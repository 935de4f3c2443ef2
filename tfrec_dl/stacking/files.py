"""Files of a stack: arrays of its baselines and its blender; deep members are stored in separate runs."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.baselines.baseline import BASELINES as REGISTERED
from tfrec_dl.baselines.graph import BaselineGraph
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.members import Member, Members, RetrievalMember
from tfrec_dl.stacking.model import StackedModel

MEMBERS = "members"  # folder for the runs of the deep members
BLENDER, OLD_BLENDER = "blender.npz", "ranker.npz"
BASELINES, OLD_BASELINES = "baselines", "floors"
NUMBERS = ("kernel", "mean_spread", "log_length")


def save_stack(stack: StackedModel, folder: Path) -> None:
    """Writes `baselines/NAME.npz`, then `blender.npz`; each file appears only once it is complete.

    Args:
        stack: stack to write; its deep members are not written.
        folder: an existing folder.

    Raises:
        InputError: if the folder is not writable.
    """
    (folder / BASELINES).mkdir(exist_ok=True)
    for name, member in zip(stack.members.names, stack.members.members, strict=True):
        if isinstance(member, BaselineGraph):
            _save(folder / BASELINES / f"{name}.npz", member.arrays())
    layer = stack.blender.get_layer("member_weights")
    numbers = {name: getattr(layer, name).numpy() for name in NUMBERS}
    _save(folder / BLENDER, {"members": np.array(stack.members.names), **numbers})


def load_stack(folder: Path, vocabulary: Vocabulary, deep: Mapping[str, RetrievalModel]) -> StackedModel:
    """Reads files written by `save_stack`, in this version or an earlier one.

    Args:
        folder: folder of the stack.
        vocabulary: the items.
        deep: the members that are not baselines, by name.

    Returns:
        A stack with the same scores.

    Raises:
        InputError: if a file or a deep member is missing or damaged.
    """
    path = _existing(folder, BLENDER, OLD_BLENDER)
    numbers = _load(path)
    members: dict[str, Member] = {}
    for name in numbers["members"].tolist():
        graph_class = REGISTERED[name].graph_class if name in REGISTERED else None
        if graph_class is not None:
            file = _existing(folder, f"{BASELINES}/{name}.npz", f"{OLD_BASELINES}/{name}.npz")
            members[name] = _read_graph(graph_class, vocabulary, file)
        elif name in deep:
            members[name] = RetrievalMember(deep[name])
        else:
            raise InputError(f"{path} blends {name!r}, which is neither a baseline nor given: train it again.")
    blender = build_blender(len(members))
    layer = blender.get_layer("member_weights")
    for number in NUMBERS:
        getattr(layer, number).assign(numbers[number])
    return StackedModel(Members(members, vocabulary), blender)


def _read_graph(graph_class: type[BaselineGraph], vocabulary: Vocabulary, path: Path) -> BaselineGraph:
    """Reads a baseline's graph and tries it on all items, so a truncated file is noticed now and not in serving."""
    arrays = _load(path)
    try:
        graph = graph_class(vocabulary.item_counts, **arrays)
        scores = graph.catalogue_scores(tf.range(FIRST_ITEM, vocabulary.size)[tf.newaxis])
        fits = scores.shape == (1, vocabulary.size)
    except (InputError, TypeError, ValueError, tf.errors.OpError):
        fits = False
    if not fits:
        raise InputError(
            f"{path} does not fit the {len(vocabulary.ids):,} items of the stack: it is damaged, train the stack again."
        )
    return graph


def _existing(folder: Path, name: str, old_name: str) -> Path:
    """Returns the path of a file, or its path under the old name if only that one exists."""
    old = folder / old_name
    return old if old.exists() and not (folder / name).exists() else folder / name


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(f"{path} cannot be read ({reason}): the stack is damaged, train it again.") from error
