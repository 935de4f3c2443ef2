"""A stack on disk: its baselines and its ranker as arrays; deep members are kept in runs of their own."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.baselines.fit import BASELINE_GRAPHS
from tfrec_dl.baselines.graph import BaselineGraph
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.stacking.blender import build_ranker
from tfrec_dl.stacking.members import Member, Members, RetrievalMember
from tfrec_dl.stacking.model import StackedModel

RANKER = "ranker.npz"
NUMBERS = ("kernel", "mean_spread", "log_length")


def save_stack(stack: StackedModel, folder: Path) -> None:
    """Writes `baselines/NAME.npz`, then `ranker.npz`; each whole or not at all.

    Args:
        stack: its deep members are not written.
        folder: exists.

    Raises:
        InputError: if the folder cannot be written to.
    """
    (folder / "baselines").mkdir(exist_ok=True)
    for name, member in zip(stack.members.names, stack.members.members, strict=True):
        if isinstance(member, BaselineGraph):
            _save(folder / "baselines" / f"{name}.npz", member.arrays())
    layer = stack.ranker.get_layer("member_weights")
    numbers = {name: getattr(layer, name).numpy() for name in NUMBERS}
    _save(folder / RANKER, {"members": np.array(stack.members.names), **numbers})


def load_stack(folder: Path, vocabulary: Vocabulary, deep: Mapping[str, RetrievalModel]) -> StackedModel:
    """Reads what `save_stack` wrote.

    Args:
        folder: of the stack.
        vocabulary: the items.
        deep: the members that are no baselines, by name.

    Returns:
        A stack with the same scores.

    Raises:
        InputError: if a file is missing or damaged, or a deep member is.
    """
    numbers = _load(folder / RANKER)
    members: dict[str, Member] = {}
    for name in numbers["members"].tolist():
        if name in BASELINE_GRAPHS:
            arrays = _load(folder / "baselines" / f"{name}.npz")
            members[name] = BASELINE_GRAPHS[name](vocabulary.item_counts, **arrays)
        elif name in deep:
            members[name] = RetrievalMember(deep[name])
        else:
            raise InputError(
                f"{folder / RANKER} blends {name!r}, which is neither a baseline nor given: train it again."
            )
    ranker = build_ranker(len(members))
    layer = ranker.get_layer("member_weights")
    for number in NUMBERS:
        getattr(layer, number).assign(numbers[number])
    return StackedModel(Members(members, vocabulary), ranker)


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
