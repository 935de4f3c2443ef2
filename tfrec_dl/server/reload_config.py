"""`HandleReloadConfigRequest`, after `server_core.cc`: changes models, versions and labels of a running server."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfrec_dl.server.model_configs import ModelConfig, model_of
from tfrec_dl.server.models import Models
from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.server.watcher import Watcher

Reload = Callable[[Any], None]


def reloader(watcher: Watcher, models: Models, folder: Path) -> Reload:
    """Returns a function that replaces the served `ModelServerConfig`, and returns once the models answer.

    Unlike TF Serving, it accepts no model outside the folder, because a client must not be able to load arbitrary
    files.

    Args:
        watcher: watcher that loads and unloads versions.
        models: served models.
        folder: folder of the served exports.
    """

    def reload(config: Any) -> None:
        wanted = _requested(config, folder)
        new = {model.name for model in wanted} - {name for name, versions in models.loaded().items() if versions}
        watcher.serve(wanted)
        missing = [name for name in sorted(new) if not models.loaded().get(name)]
        if missing:
            names = ", ".join(f"{{name: {name}}}" for name in missing)
            raise RequestError(Code.UNKNOWN, f"Some models did not become available: {{{names}}}")

    return reload


def _requested(config: Any, folder: Path) -> list[ModelConfig]:
    if config.WhichOneof("config") != "model_config_list":
        message = "ServerModelConfig type not supported by HandleReloadConfigRequest."
        raise invalid(f"{message} Only ModelConfigList is currently supported")
    names: set[str] = set()
    for each in config.model_config_list.config:
        if each.name in names:
            raise invalid(f"Illegal to list model {each.name} multiple times in config list")
        if not Path(each.base_path).is_absolute():
            wanted = f"Expected model {each.name} to have an absolute path or URI"
            raise invalid(f"{wanted}; got base_path()={each.base_path}")
        names.add(each.name)
    return [_inside(each, folder) for each in config.model_config_list.config]


def _inside(config: Any, folder: Path) -> ModelConfig:
    """Returns the configuration of a model whose versions, if there are any yet, are in the folder."""
    model = model_of(config, folder)
    for path in (Path(config.base_path), model.base_path):
        if path.resolve().is_relative_to(folder.resolve()):
            return replace(model, base_path=path)
    message = f"{config.base_path} is not in {folder}: this server loads models only from the folder that it serves."
    raise RequestError(Code.PERMISSION_DENIED, message)
