"""Labels of an export's versions in models.config, such as "stable" and "canary"."""

import os
import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.serving.server_files import (
    MODEL_CONFIG_FILE,
    config_text,
    model_config,
    model_server_config,
    require_serving_protos,
)
from tfrec_dl.serving.versions import version_folders

LABEL = re.compile(r"[^\s/:=]+")  # as they appear in the path of a request


def label_versions(dest: str | PathLike[str], labels: Mapping[str, int]) -> Path:
    """Sets in models.config which versions are served, and which label stands for which version.

    The rest of the file, on this model and on others, is kept, except comments. A server that polls the file picks up
    the change; see "Canary, shadow, A/B test" in `docs/serving.md`.

    Args:
        dest: folder of the versions.
        labels: maps labels to versions. Labels that are not given are removed. With no labels, the server serves the
            newest version again.

    Returns:
        The path of models.config.

    Raises:
        InputError: if a version does not exist, requests could not use a label, the file cannot be read or lacks the
            model, or `tensorflow-serving-api` is not installed.
    """
    require_serving_protos()
    dest = Path(os.path.abspath(dest))
    versions = version_folders(dest) if dest.is_dir() else {}
    for label, version in labels.items():
        if not LABEL.fullmatch(label):
            raise InputError(
                f"{label!r:.80} is not a valid label: it is part of paths, so write it without spaces and without / : "
                "and =."
            )
        if version not in versions:
            there = ", ".join(map(str, sorted(versions))) or "none"
            raise InputError(f"label {label} is for version {version}, but {dest} holds {there}: name one of those.")
    path = dest / MODEL_CONFIG_FILE
    config = _read(path, dest.name)
    model = _model_of(config, path, dest.name)
    model.ClearField("model_version_policy")
    model.ClearField("version_labels")
    if labels:
        model.model_version_policy.specific.versions.extend(sorted(set(labels.values())))
        model.version_labels.update(labels)
    with replacing(path) as temporary:
        temporary.write_text(config_text(config), encoding="utf-8")
    return path


def _read(path: Path, name: str) -> Any:
    """Reads the `ModelServerConfig` in a file, or returns a new one."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else model_config(name)
        return text_format.Parse(text, model_server_config())
    except (OSError, ValueError, text_format.ParseError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{path} cannot be read ({reason}): correct it, or delete it for a new one.") from error


def _model_of(config: Any, path: Path, name: str) -> Any:
    """Returns the part of a configuration on the model in the folder `name`."""
    for model in config.model_config_list.config:
        if model.name == name or Path(model.base_path).name == name:
            return model
    named = ", ".join(model.name for model in config.model_config_list.config) or "none"
    raise InputError(f"{path} has no model {name!r:.80}, but {named}: add it, or delete the file for a new one.")
