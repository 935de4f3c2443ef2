"""`HandleReloadConfigRequest`, after `server_core.cc`: other models, versions and labels while a server runs."""

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
    """What takes a `ModelServerConfig` in the place of the one that is served; it returns when its models answer.

    Unlike TF Serving it takes no model from outside the folder: who may ask a model may not have any file loaded.

    Args:
        watcher: loads and unloads.
        models: what is served.
        folder: of the exports that are served.
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
    """A model whose versions are in the folder, if there are any yet."""
    model = model_of(config, folder)
    for path in (Path(config.base_path), model.base_path):
        if path.resolve().is_relative_to(folder.resolve()):
            return replace(model, base_path=path)
    message = f"{config.base_path} is not in {folder}: this server loads models of the folder that it serves alone."
    raise RequestError(Code.PERMISSION_DENIED, message)
