"""What a study was started with, so that a different call is rejected before any work."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfrec_dl.data.dataset import Source
from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.lifecycle.tuning.space import Space
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_config import flat_settings
from tfrec_dl.runs.run_files import read_json

ASKED = "study.json"
FINGERPRINT = "data_fingerprint"


@dataclass(frozen=True)
class Asked:
    """Recipe, data and search space of a study.

    Attributes:
        recipe: recipe whose settings are searched.
        source: the data.
        space: values to try.
    """

    recipe: Recipe
    source: Source
    space: Space

    def write(self, folder: Path, fingerprint: str) -> None:
        """Writes the request, with the fingerprint of the data, into the folder of a study."""
        write_json(folder / ASKED, {**self._plain(), FINGERPRINT: fingerprint})

    def refuse_other(self, folder: Path) -> None:
        """Raises InputError if a folder holds a different study, or something other than a study."""
        path = folder / ASKED
        if not path.exists():
            if folder.exists() and not (folder.is_dir() and all(each.name[0] == "." for each in folder.iterdir())):
                raise InputError(f"{folder} exists and is not a study: choose a new folder.")
            return
        before, now = (self._compared(values) for values in (read_json(path), json.loads(json.dumps(self._plain()))))
        for name in {**now, **before}:
            if before.get(name) != now.get(name):
                raise InputError(
                    f"{folder} holds a study with {name} {before.get(name)!r}, not {now.get(name)!r}: repeat its "
                    "command, or choose a new folder."
                )

    def refuse_other_data(self, folder: Path, fingerprint: str) -> None:
        """Raises InputError if a folder holds a study on data with different content; the data may have been moved."""
        path = folder / ASKED
        if path.exists() and read_json(path)[FINGERPRINT] != fingerprint:
            raise InputError(f"{folder} holds a study on other data than {self.source.path}: choose a new folder.")

    def _plain(self) -> dict[str, Any]:
        search = {name: str(searched) for name, searched in self.space.items()}
        return {"recipe": self.recipe.to_dict(), "search": search, "data": self.source.description()}

    def _compared(self, values: dict[str, Any]) -> dict[str, Any]:
        paths = {FINGERPRINT, *(f"data.{name}" for name in self.source.paths)}
        return {name: value for name, value in flat_settings(values).items() if name not in paths}
