"""Selection of served models and versions, from a folder or a models.config as for `tensorflow_model_server`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from tfrec_dl.errors import InputError
from tfrec_dl.serving.server_files import MODEL_CONFIG_FILE, MONITORING_FILE, model_server_config
from tfrec_dl.serving.versions import version_folders

METRICS_PATH = "/monitoring/prometheus/metrics"  # TF Serving's own default


@dataclass(frozen=True)
class ModelConfig:
    """A served model.

    Attributes:
        name: name that requests use.
        base_path: folder of its versions.
        newest: number of newest versions to serve; None for all. Ignored if `specific` is not empty.
        specific: versions to serve.
        labels: maps labels to versions.
    """

    name: str
    base_path: Path
    newest: int | None = 1
    specific: tuple[int, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)

    def wanted(self) -> dict[int, Path]:
        """Returns the existing versions to serve, by number."""
        found = version_folders(self.base_path) if self.base_path.is_dir() else {}
        if self.specific:
            return {number: found[number] for number in self.specific if number in found}
        chosen = sorted(found)[-self.newest :] if self.newest else sorted(found)
        return {number: found[number] for number in chosen}


def model_configs(dest: str | os.PathLike[str]) -> list[ModelConfig]:
    """Returns the models that a folder or file specifies.

    Args:
        dest: an export, with its models.config if there is one; a version of an export; a folder of exports; or a
            models.config.

    Raises:
        InputError: if there is nothing to serve, or a models.config cannot be read.
    """
    dest = Path(os.path.abspath(dest))
    if dest.is_file():
        return _of_file(dest)
    if not dest.is_dir():
        raise InputError(f"cannot serve {dest}: it does not exist; name the folder that was exported to.")
    if (dest / "saved_model.pb").is_file():
        if not dest.name.isdigit():
            raise InputError(f"cannot serve {dest}: the name of a version's folder must be a number, as in .../gru/1.")
        return [ModelConfig(dest.parent.name, dest.parent, specific=(int(dest.name),))]
    if (dest / MODEL_CONFIG_FILE).is_file():
        return _of_file(dest / MODEL_CONFIG_FILE)
    if version_folders(dest):
        return [ModelConfig(dest.name, dest)]
    below = sorted(each for each in dest.iterdir() if each.is_dir() and not each.name.startswith("."))
    exports = [each for each in below if version_folders(each)]
    if not exports:
        raise InputError(f"cannot serve {dest}: it holds no version folder such as {dest / '1'}; export a model to it.")
    return [model for each in exports for model in model_configs(each)]


def _of_file(path: Path) -> list[ModelConfig]:
    try:
        config = text_format.Parse(path.read_text(encoding="utf-8"), model_server_config())
    except (OSError, ValueError, text_format.ParseError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{path} cannot be read ({reason}): correct it, or delete it for a new one.") from error
    models = [model_of(each, path.parent) for each in config.model_config_list.config]
    if not models:
        raise InputError(f"{path} names no model in model_config_list: add one, or delete the file.")
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise InputError(f"{path} uses a name twice, in {', '.join(names)}: give each model a name of its own.")
    return models


def served_folder(dest: str | os.PathLike[str]) -> Path:
    """Returns the folder of the models that a folder or file specifies."""
    dest = Path(os.path.abspath(dest))
    return dest.parent if dest.is_file() or (dest / "saved_model.pb").is_file() else dest


def model_of(config: Any, folder: Path) -> ModelConfig:
    """Converts a `ModelConfig` message to a model.

    Args:
        config: a `ModelConfig` message.
        folder: folder of the file that contains it.
    """
    policy = config.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    newest = {"all": None, "latest": max(policy.latest.num_versions, 1)}.get(kind, 1)
    specific = tuple(policy.specific.versions) if kind == "specific" else ()
    return ModelConfig(config.name, _base_path(config, folder), newest, specific, dict(config.version_labels))


def _base_path(config: Any, folder: Path) -> Path:
    """Returns the local folder of versions: a container's /models/NAME is beside the file, or the file's own folder."""
    path = Path(config.base_path)
    if path.is_dir() or not path.is_absolute():
        return folder / path
    return folder if path.name == folder.name else folder.parent / path.name


def metrics_path(dest: str | os.PathLike[str]) -> str | None:
    """Returns the Prometheus path in the monitoring.config beside the models; None if that does not enable metrics."""
    file = served_folder(dest) / MONITORING_FILE
    if not file.is_file():
        return METRICS_PATH
    # tensorflow-serving-api lacks `MonitoringConfig`.
    text = re.sub(r"#.*", "", file.read_text(encoding="utf-8"))
    if not re.search(r"\benable\s*:\s*true\b", text):
        return None
    found = re.search(r"""\bpath\s*:\s*["']([^"']+)["']""", text)
    return found[1] if found else METRICS_PATH
