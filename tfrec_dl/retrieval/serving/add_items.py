"""Adds new items to an export by their features, without training, a run or data."""

import logging
import os
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.tables.checks import show
from tfrec_dl.errors import InputError
from tfrec_dl.retrieval.serving.module import RetrievalModule
from tfrec_dl.retrieval.serving.network import restored_network
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.compact import saved_columns
from tfrec_dl.serving.attributes.shown import ShownColumns, saved_shown
from tfrec_dl.serving.attributes.shown_source import shown_of_more
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.feature_tables import Table, as_catalogue, embed_features
from tfrec_dl.serving.loaded_export import open_export
from tfrec_dl.serving.names import EMBED_ITEM_FEATURES, RECOMMEND_RANKED
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.server_files import require_serving_protos
from tfrec_dl.serving.versions import OvertakenError, resolve_version

logger = logging.getLogger(__name__)


def add_items(
    dest: str | PathLike[str],
    items: Table,
    id_column: str = "item_id",
    k_max: int | None = None,
) -> Path:
    """Publishes the next version of an export of a content or hybrid model, with further items.

    The vectors of the new items come from their features, through the export's own network; everything else stays. The
    new items have no interactions, so a history without a known item gets them last. If another version was published
    meanwhile, the items are added to that one, so concurrent calls do not lose each other's items.

    Args:
        dest: folder of the versions; the newest is used.
        items: the new items' features: a table, its path, or a `Catalogue`. A table is read as the model's features,
            whatever its values look like. Its other columns are ignored, except for attributes of the export. Pictures
            are stretched to 64 x 64 pixels, as by `Catalogue.read`; pass a `Catalogue` if the model was trained on
            another size. Values may be missing.
        id_column: column of ids in the table.
        k_max: length of the recommendation lists; None keeps the present one.

    Returns:
        Folder of the new version.

    Raises:
        InputError: if there is no export, or none that accepts new items, an id is already known or occurs twice, a
            feature is missing, or the new version cannot be written.
    """
    require_serving_protos()
    dest = Path(os.path.abspath(dest))
    while True:
        folder = resolve_version(dest)
        try:
            return _publish_with_items(dest, folder, items, id_column, k_max)
        except OvertakenError as overtaken:
            logger.warning("%s The items are added to the newer one.", overtaken)


def _publish_with_items(dest: Path, folder: Path, items: Table, id_column: str, k_max: int | None) -> Path:
    """Publishes the version that comes after `folder`.

    Raises:
        OvertakenError: if another version has been published after it meanwhile.
    """
    if folder == dest:
        raise InputError(f"{dest} is a version, but the new one is written next to it: name its folder, {dest.parent}.")
    saved, signatures = (export := open_export(folder)).saved_model, export.signatures
    if EMBED_ITEM_FEATURES not in signatures or RECOMMEND_RANKED in signatures:
        raise InputError(
            f"{folder} takes no new items: its model knows items by their ids, is a stack, or has a ranking stage; "
            "export a content or hybrid model."
        )
    card = ModelCard.read(folder, dest.name)
    network = restored_network(saved.network)
    catalogue = as_catalogue(items, network.item_features, id_column)
    contents = {name: value.numpy() for name, value in saved.contents().items()}
    known = [item.decode() for item in contents["ids"]]
    _require_new(catalogue.ids, known)
    vectors = embed_features(signatures[EMBED_ITEM_FEATURES], network.item_features, catalogue)
    # The network reads an item vector without its bias.
    tables = Tables(
        tf.constant(np.concatenate([contents["history"], vectors[:, :-1]])),
        tf.constant(np.concatenate([contents["items"], vectors])),
    )
    counts = np.concatenate([contents["counts"], np.zeros(len(vectors), np.float32)])
    module = RetrievalModule(
        [*known, *catalogue.ids],
        counts,
        tables,
        network,
        int(contents["max_length"]),
        int(contents["k_max"]) if k_max is None else k_max,
    )
    if hasattr(saved, "item_lists"):
        module.take_lists(saved.item_lists, vectors)
    if hasattr(saved, "attributes"):  # exports of earlier versions have none
        old = saved_columns(saved.attributes)
        module.attributes = ItemAttributes(old.extended_by(old.of_more(items, list(catalogue.ids), id_column)))
    if hasattr(saved, "shown"):
        shown = saved_shown(saved.shown)
        module.shown = ShownColumns(shown.extended_by(shown_of_more(shown, items, list(catalogue.ids), id_column)))
    return publish_module(module, dest, card.with_added(list(catalogue.ids)), after=int(folder.name))


def _require_new(ids: np.ndarray, known: list[str]) -> None:
    """Raises InputError unless every id is new and occurs once."""
    column = pd.Series(ids, dtype=object)
    if not len(column):
        raise InputError("there are 0 new items: nothing to add.")
    for bad, what in ((column.isin(known), "in the export already"), (column.duplicated(), "named twice")):
        if bad.any():
            examples = ", ".join(show(item, 30) for item in column[bad].unique()[:3])
            raise InputError(f"{bad.sum()} of the {len(column)} new ids are {what} ({examples}): leave them out.")
