"""Publishing of a module as the next version of an export for TF Serving."""

import os
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.profile.training_profile import PROFILE
from tfrec_dl.disk import disk_explained
from tfrec_dl.files import flush, write_json
from tfrec_dl.serving.card import CARD_FOLDER, ModelCard
from tfrec_dl.serving.card_markdown import card_markdown
from tfrec_dl.serving.graphs import call_branches
from tfrec_dl.serving.server_files import require_serving_protos, write_server_files
from tfrec_dl.serving.signature import Signature, concrete_functions
from tfrec_dl.serving.unfinished import unfinished_folder
from tfrec_dl.serving.versions import publish, refuse_run
from tfrec_dl.serving.warm_up import WARM_UP_FILE, warm_up_requests, write_warm_up


class Served(Protocol):
    """A `tf.Module` that can be published."""

    @property
    def limit(self) -> str:
        """Returns a limit that the model card lists first."""

    @property
    def longest_example(self) -> int:
        """Number of items in the longest warm-up history."""

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""


def publish_module(
    module: Served, dest: str | PathLike[str], card: ModelCard | None = None, after: int | None = None
) -> Path:
    """Writes the next free version in `dest`, which appears only once it is complete.

    The version contains the SavedModel with the module's signatures, warm-up requests for each of them, and the model
    card (`assets.extra/model_card.md`, `.json`), with the profile of the training data (`profile.json`) if the card has
    one. `models.config` and `batching_parameters.txt` are written beside the versions unless they exist. In TF Serving,
    the model is named after DEST. Leftovers of killed processes in `dest` are removed.

    Args:
        module: module to serve.
        dest: folder of the versions; created if missing.
        card: facts about the model; by default the card says that data, split and metrics are unknown.
        after: version that the module was made from, which must still be the newest; None if there is no such version.

    Returns:
        The version folder.

    Raises:
        OvertakenError: if `after` is not the newest version, in which case nothing is published.
        InputError: if `dest` is a file or not writable, or `tensorflow-serving-api` is not installed.
    """
    require_serving_protos()
    dest = Path(os.path.abspath(dest))
    return publish_version(lambda folder: _write_version(module, folder, dest.name, card or ModelCard()), dest, after)


def publish_version(write: Callable[[Path], None], dest: Path, after: int | None = None) -> Path:
    """Publishes a folder written by `write` as the next free version in `dest`, which appears only once it is complete.

    Args:
        write: function that takes the folder and writes into it.
        dest: folder of the versions; created if missing.
        after: as for `publish_module`.

    Returns:
        The version folder.

    Raises:
        OvertakenError: if `after` is not the newest version.
        InputError: if `dest` is a file, the folder of a run, or not writable.
    """
    refuse_run(dest)
    with disk_explained(dest), unfinished_folder(dest) as folder:
        write(folder)
        write_server_files(folder, dest, dest.name)
        flush(*folder.rglob("*"), folder)  # so that a power failure cannot leave an incomplete version
        version = publish(folder, dest, after)
    flush(dest)
    return version


def _write_version(module: Served, folder: Path, name: str, card: ModelCard) -> None:
    # Gradients of custom operations are only needed to continue training a SavedModel, not to serve it.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    signatures = module.signatures()
    tf.saved_model.save(module, str(folder), signatures=concrete_functions(signatures), options=options)
    call_branches(folder / "saved_model.pb")
    write_warm_up(folder / WARM_UP_FILE, warm_up_requests(name, signatures, module.longest_example))
    facts = {
        **module.facts(),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }
    if module.limit not in card.limits:
        card = replace(card, limits=(module.limit, *card.limits))
    extra = folder / CARD_FOLDER
    (extra / "model_card.md").write_text(card_markdown(card, facts, signatures), encoding="utf-8")
    (extra / "model_card.json").write_text(card.to_json(facts, signatures), encoding="utf-8")
    if card.profile is not None:
        write_json(extra / PROFILE, card.profile.values())
