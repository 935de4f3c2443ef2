"""Update of the attributes of an export's items, without training, run or data."""

import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.attributes.compact import compact_arrays, saved_columns
from tfrec_dl.serving.attributes.shown import saved_shown, shown_arrays
from tfrec_dl.serving.attributes.shown_source import shown_of_table
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.card import CARD_FOLDER, Update, now
from tfrec_dl.serving.card_markdown import UPDATES, update_line
from tfrec_dl.serving.feature_tables import Table
from tfrec_dl.serving.loaded_export import LoadedExport, open_export
from tfrec_dl.serving.module import ATTRIBUTES, VERSION_ID
from tfrec_dl.serving.publishing import publish_version
from tfrec_dl.serving.recommendation_id import new_version_id
from tfrec_dl.serving.variable_values import copy_with_values
from tfrec_dl.serving.versions import OvertakenError, resolve_version

logger = logging.getLogger(__name__)


def update_items(
    dest: str | PathLike[str],
    items: Table,
    attributes: Sequence[str] | None = None,
    id_column: str = "item_id",
) -> Path:
    """Publishes the next version of an export with other item attributes, such as current stock or prices.

    Items and attributes that are not in the table keep their values, an empty cell removes a value, and new columns
    become new attributes. Shown columns are updated too, if the table has them. If another version has been published
    in the meantime, that version is updated.

    Args:
        dest: folder of the versions; the newest is used.
        items: a frame, a CSV or Parquet file, or a `Catalogue`; ids unknown to the export are ignored.
        attributes: columns to use; None for all with categories, numbers or dates.
        id_column: column of item ids.

    Returns:
        The new version folder.

    Raises:
        InputError: if there is no export, the export takes no attributes, the table cannot be read or knows none of the
            items, or the new version cannot be written.
    """
    dest = Path(os.path.abspath(dest))
    while True:
        folder = resolve_version(dest)
        if folder == dest:
            raise InputError(
                f"{dest} is a version, but the new one is written next to it: name its folder, {dest.parent}."
            )
        try:
            return _publish_updated(open_export(folder), dest, items, attributes, id_column)
        except OvertakenError as overtaken:
            logger.warning("%s The newer one is updated.", overtaken)


def _publish_updated(
    export: LoadedExport, dest: Path, items: Table, names: Sequence[str] | None, id_column: str
) -> Path:
    saved = export.saved_model
    # Two-stage exports contain a module that recommends; older exports hold no attributes.
    path = ("retrieval",) if hasattr(saved, "retrieval") else ()
    module = saved.retrieval if path else saved
    if not hasattr(module, "attributes"):
        raise InputError(
            f"{export.folder} holds no attributes of items: it only ranks, or is of an earlier version. Export a model "
            "that recommends."
        )
    old = saved_columns(module.attributes)
    ids = [item.decode() for item in module.item_ids().numpy()]
    shown = saved_shown(module.shown) if hasattr(module, "shown") else AttributeColumns(old.size)
    new_shown = shown_of_table(shown.of_names(names), items, ids, id_column)
    if names is not None:  # columns that are only shown become no attributes
        names = tuple(name for name in names if name in old.kinds or name not in new_shown.kinds)
    if names or names is None:
        found = AttributeSource(items, names, id_column, old.kinds, may_be_none=bool(new_shown.kinds)).read(ids)
    else:
        found = AttributeColumns(old.size, named=new_shown.named)
    updated = old.updated_by(found)

    def write(folder: Path) -> None:
        values = {(*path, "attributes", "arrays", name): value for name, value in compact_arrays(updated).items()}
        if new_shown.kinds:
            arrays = shown_arrays(shown.updated_by(new_shown))
            values |= {(*path, "shown", "arrays", name): value for name, value in arrays.items()}
        facts = {ATTRIBUTES: updated.description}
        if hasattr(module, "version_id"):
            facts[VERSION_ID] = new_version_id()
            values[(*path, "version_id")] = np.array(facts[VERSION_ID], dtype=object)
        copy_with_values(export.folder, folder, values)
        if (folder / CARD_FOLDER / "model_card.json").exists():
            taken = tuple(dict.fromkeys([*found.kinds, *new_shown.kinds]))
            stage = "".join(f"{name}: " for name in path)
            facts = {f"{stage}{name}": value for name, value in facts.items()}
            _write_into_card(folder / CARD_FOLDER, facts, Update(now(), int(found.named.sum()), taken))

    return publish_version(write, dest, after=int(export.folder.name))


def _write_into_card(folder: Path, facts: Mapping[str, str], update: Update) -> None:
    """Records in the model card what has changed in the version, and when it was updated."""
    path = folder / "model_card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["model"] |= facts
    card["updates"] = [*card.get("updates", ()), asdict(update)]
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path = folder / "model_card.md"
    text = path.read_text("utf-8")
    for name, value in facts.items():
        text = re.sub(rf"^- {name}: .*$", partial(_as_it_is, f"- {name}: {value}"), text, flags=re.MULTILINE)
    text = text if f"## {UPDATES}\n" in text else f"{text}\n## {UPDATES}\n\n"
    path.write_text(f"{text}- {update_line(update)}\n", encoding="utf-8")


def _as_it_is(line: str, _: re.Match[str]) -> str:
    """Returns a replacement line verbatim; a plain string in `re.sub` would have its backslashes interpreted."""
    return line
