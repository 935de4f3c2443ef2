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
    """A model that can be exported: any of ours, or one of your own."""

    def serving_module(self, k_max: int = 100) -> Served:
        """The graph that is exported; `k_max` is the length of the recommendation lists, where it makes any."""


class Recommends(Exportable, Protocol):
    """A model that is exported as a recommender: a `RetrievalModel`, a stack, one of your own."""

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> ServingModule:
        """The graph that is exported; `keep_seen` is whether items of the history are recommended again."""


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
    """Exports a model to DEST/<next free version>/, which appears complete or not at all.

    See `publish_module` for what is written, and `docs/serving.md` for the signatures.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.
        k_max: length of the recommendation lists; cut to the number of items.
        card: what is known about data, split and metrics; by default the card calls them unknown.
        keep_seen: whether items of the history are recommended again, where the model recommends.
        attributes: what requests can ask of items, where the model recommends; None for nothing.
        shown: columns of items that come back in answers, where the model recommends; None for none.
        index: an approximate search for the best items, where scores are products of vectors; None searches all.

    Returns:
        The version folder.

    Raises:
        InputError: if the object is no such model, the attributes or the histories of `index` cannot be read, its
            scores are no products of vectors, `dest` is a file or cannot be written to, `k_max` is below 1, a weight is
            not finite, or `tensorflow-serving-api` is not installed.
    """
    if not isinstance(model, Exportable):
        raise InputError(f"cannot export a {type(model).__name__}: pass a run, or a model with `serving_module`.")
    # Models of others need no argument `keep_seen`.
    further = {"keep_seen": True} if keep_seen else {}
    module = model.serving_module(k_max, **further)
    if attributes is not None:
        module.describe_items(attributes)  # type: ignore[attr-defined]
    if shown is not None:
        module.show(shown)  # type: ignore[attr-defined]
    if index is not None:
        module.search_in_lists(index)  # type: ignore[attr-defined]
    return publish_module(module, dest, card)
