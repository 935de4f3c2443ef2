"""A module -> a version folder for TF Serving."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import tensorflow as tf

from tfrec_dl.serving.card import CARD_FOLDER, ModelCard
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.module import Signatures
from tfrec_dl.serving.server_files import write_server_files
from tfrec_dl.serving.versions import create_temporary_folder, publish
from tfrec_dl.serving.warm_up import WARM_UP_FILE, warm_up_requests, write_warm_up


class Served(Protocol):
    """A `tf.Module` that can be published.

    Attributes:
        max_length: items of a history that are read, the last ones; None for all.
    """

    max_length: int | None

    @property
    def limit(self) -> str:
        """A limit that the model card names first."""

    def signatures(self) -> Signatures:
        """The signatures of the SavedModel by name."""

    def examples(self) -> list[str]:
        """Some ids for the warm-up, the most popular first."""

    def facts(self) -> dict[str, object]:
        """What the model card says about the export."""

    def raw_features(self) -> Mapping[str, Sequence[FeatureInput]]:
        """Signature -> the features that it takes, for the model card."""


def publish_module(module: Served, dest: Path, card: ModelCard) -> Path:
    """Writes the next free version below `dest`, which appears complete or not at all.

    Args:
        module: what is served.
        dest: absolute path of the folder of the versions, created if missing.
        card: what is known about the model.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to.
    """
    temporary = create_temporary_folder(dest)
    try:
        _write_version(module, temporary, dest.name, card)
        version = publish(temporary, dest)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    write_server_files(dest, dest.name)
    return version


def _write_version(module: Served, folder: Path, name: str, card: ModelCard) -> None:
    # Gradients of custom operations are for training on from a SavedModel; a served one needs none.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    signatures = module.signatures()
    tf.saved_model.save(module, str(folder), signatures=signatures, options=options)
    write_warm_up(folder / WARM_UP_FILE, warm_up_requests(name, signatures, module.examples(), module.max_length))
    facts = {
        **module.facts(),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }
    inputs = [
        {"signature": signature, "feature": each.feature, "kind": each.kind, "input": each.name}
        for signature, features in module.raw_features().items()
        for each in features
    ]
    if module.limit not in card.limits:
        card = replace(card, limits=(module.limit, *card.limits))
    extra = folder / CARD_FOLDER
    (extra / "model_card.md").write_text(card.to_markdown(facts, inputs), encoding="utf-8")
    (extra / "model_card.json").write_text(card.to_json(facts, inputs), encoding="utf-8")
