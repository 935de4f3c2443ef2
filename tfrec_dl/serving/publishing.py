"""A module -> a version folder for TF Serving."""

import shutil
from dataclasses import replace
from pathlib import Path

import tensorflow as tf

from tfrec_dl.serving.card import CARD_FOLDER, NEW_ITEMS_BY_FEATURES, NEW_ITEMS_BY_TRAINING, ModelCard
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.server_files import write_server_files
from tfrec_dl.serving.versions import create_temporary_folder, publish
from tfrec_dl.serving.warm_up import WARM_UP_FILE, warm_up_requests, write_warm_up


def publish_module(module: ServingModule, dest: Path, card: ModelCard) -> Path:
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


def _write_version(module: ServingModule, folder: Path, name: str, card: ModelCard) -> None:
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
        for signature, features in (
            ("embed_item_features", module.item_features),
            ("recommend_for_users", module.user_features),
        )
        for each in features
    ]
    limit = NEW_ITEMS_BY_FEATURES if module.item_features else NEW_ITEMS_BY_TRAINING
    if limit not in card.limits:
        card = replace(card, limits=(limit, *card.limits))
    extra = folder / CARD_FOLDER
    (extra / "model_card.md").write_text(card.to_markdown(facts, inputs), encoding="utf-8")
    (extra / "model_card.json").write_text(card.to_json(facts, inputs), encoding="utf-8")
