"""Export of a model to a version folder for TF Serving."""

from os import PathLike
from pathlib import Path
from typing import Protocol, runtime_checkable

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.publishing import Served, publish_module


@runtime_checkable
class Exportable(Protocol):
    """A model that can be exported: any model of this package, or your own."""

    def serving_module(self, k_max: int = 100) -> Served:
        """Returns the module to export; `k_max` is the length of the recommendation lists, if it makes any."""


class Recommends(Exportable, Protocol):
    """A model that is exported as a recommender: a `RetrievalModel`, a stack, or your own."""

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> ServingModule:
        """Returns the module to export; `keep_seen` is whether items of the history are recommended again."""


def export_saved_model(
    model: Exportable,
    dest: str | PathLike[str],
    k_max: int = 100,
    card: ModelCard | None = None,
    keep_seen: bool = False,
    attributes: AttributeSource | None = None,
    shown: ShownSource | None = None,
    index: IvfRequest | None = None,
) -> Path:
    """Exports a model to DEST/<next free version>/, which appears only once it is complete.

    See `publish_module` for the files, and `docs/serving.md` for the signatures.

    Args:
        model: a trained model.
        dest: folder of the versions; created if missing.
        k_max: length of the recommendation lists; capped at the number of items.
        card: facts about data, split and metrics; by default the card says they are unknown.
        keep_seen: whether items of the history are recommended again, if the model recommends.
        attributes: item attributes for conditions in requests, if the model recommends; None for none.
        shown: item columns that answers return, if the model recommends; None for none.
        index: approximate search for the best items, if scores are dot products; None searches all items.

    Returns:
        The version folder.

    Raises:
        InputError: if the object is not such a model; if the attributes or the histories of `index` cannot be read; if
            `index` is given and scores are not dot products; if `dest` is a file or not writable; if `k_max` is below
            1; if a weight is not finite; or if `tensorflow-serving-api` is not installed.
    """
    if not isinstance(model, Exportable):
        raise InputError(f"cannot export a {type(model).__name__}: pass a run, or a model with `serving_module`.")
    # Models from outside the package need no argument `keep_seen`.
    further = {"keep_seen": True} if keep_seen else {}
    module = model.serving_module(k_max, **further)
    if attributes is not None:
        module.describe_items(attributes)  # type: ignore[attr-defined]
    if shown is not None:
        module.show(shown)  # type: ignore[attr-defined]
    if index is not None:
        module.search_in_lists(index)  # type: ignore[attr-defined]
    return publish_module(module, dest, card)
