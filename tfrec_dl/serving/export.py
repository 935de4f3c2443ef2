"""RetrievalModel -> a version folder for TF Serving."""

import os
import shutil
from os import PathLike
from pathlib import Path

import tensorflow as tf

from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.server_files import write_server_files
from tfrec_dl.serving.versions import create_temporary_folder, publish
from tfrec_dl.serving.warm_up import WARM_UP_FILE, require_serving_protos, warm_up_requests, write_warm_up
from tfrec_dl.tasks.retrieval import RetrievalModel


def export_saved_model(
    model: RetrievalModel, dest: str | PathLike[str], k_max: int = 100, card: ModelCard | None = None
) -> Path:
    """Exports a model to DEST/<next free version>/, which appears complete or not at all.

    The version holds the SavedModel with the signatures that `docs/serving.md` describes, warm-up requests for each of
    them, and the model card (`assets.extra/model_card.md`, `.json`). `models.config` and `batching_parameters.txt` are
    written beside the versions unless they are there. The model is called DEST's name in TF Serving.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.
        k_max: length of the recommendation lists; cut to the number of items.
        card: what is known about data, split and metrics; by default the card calls them unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to, `k_max` is below 1, a weight is not finite,
            or `tensorflow-serving-api` is not installed.
    """
    require_serving_protos()
    dest = Path(os.path.abspath(dest))
    module = ServingModule(model, k_max)
    temporary = create_temporary_folder(dest)
    try:
        _write_version(module, model, temporary, dest.name, card or ModelCard())
        version = publish(temporary, dest)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    write_server_files(dest, dest.name)
    return version


def _write_version(module: ServingModule, model: RetrievalModel, folder: Path, name: str, card: ModelCard) -> None:
    # Gradients of custom operations are for training on from a SavedModel; a served one needs none.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(module, str(folder), signatures=module.signatures(), options=options)
    ids = [str(item) for item in model.vocabulary.ids]
    write_warm_up(folder / WARM_UP_FILE, warm_up_requests(name, ids, module.max_length))
    facts = {
        "items": len(ids),
        "width of the vectors": module.dimension,
        "items of a history that are read": module.max_length,
        "longest list of recommendations": module.k_max,
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }
    extra = folder / WARM_UP_FILE.parent
    (extra / "model_card.md").write_text(card.to_markdown(facts), encoding="utf-8")
    (extra / "model_card.json").write_text(card.to_json(facts), encoding="utf-8")
