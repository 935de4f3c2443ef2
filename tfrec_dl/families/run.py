"""A run: a folder with the complete configuration and all results of a training, of any family."""

from pathlib import Path
from typing import Any

from tfrec_dl.arguments import path_given
from tfrec_dl.data.dataset import Dataset
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_config import describe_features, read_config
from tfrec_dl.runs.run_folder import RunFolder, start_folder

# Exceptions raised when values have a wrong type that no check has caught.
DAMAGED = (AttributeError, KeyError, TypeError, OverflowError, RecursionError)


class Run(RunFolder):
    """A folder with `config.json`, `metrics.json`, `history.csv`, `checkpoints/` and `logs/`.

    It also has what the family needs to rebuild the model without its data: `vocabulary.txt`, `items.parquet` and
    `users.parquet` if the model reads features, and more. The runs of a stack's networks are in `members/`. Adversarial
    training keeps its initial generator in `start/` and its discriminator in `discriminator/`.

    A run is finished when its `metrics.json` exists. The profile that later data are compared with, `profile.json`, is
    written after that; an export makes one if it is missing.

    Attributes:
        folder: folder of the run.
        recipe: the model, with every setting.
        source: source of the data.
    """

    @staticmethod
    def begin(folder: Path, recipe: Recipe, dataset: Dataset) -> "Run":
        """Starts a run, or finds the one that the same call started earlier, finished or not.

        Call it with the folder locked.

        Args:
            folder: folder of the run.
            recipe: the model.
            dataset: dataset that its source read.

        Raises:
            InputError: if the folder contains another run or other files, or cannot be written to.
        """
        config = {
            **recipe.family.task.marks,
            "recipe": recipe.to_dict(),
            "data": dataset.source.description(),
            "data_fingerprint": dataset.fingerprint,
            "data_size": dataset.size,
            "features": describe_features(dataset.features),
        }
        start_folder(folder, config, dataset.source.paths)
        return Run(folder, recipe, dataset.source.absolute())

    @staticmethod
    def open(folder: Path | str) -> "Run":
        """Opens a run of any family, finished or not.

        Raises:
            InputError: if the folder contains none.
        """
        folder = path_given(folder, "folder")
        config = read_config(folder)
        try:
            recipe = Recipe.from_dict(config["recipe"])
            return Run(folder, recipe, recipe.family.task.source(config["data"]))
        except InputError as error:
            raise InputError(f"{folder / 'config.json'} is not a run's configuration: {error}") from error
        except DAMAGED as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            raise InputError(f"{folder / 'config.json'} is not a run's configuration ({reason}).") from error

    def dataset(self) -> Any:
        """Reads the run's data again and splits them as in training.

        Raises:
            InputError: if the data are missing, or are not the data of the training any more.
        """
        dataset = self.source.read(self.features())
        self.refuse_changed_data(self.source.path, dataset.fingerprint)
        return dataset

    def split(self) -> Any:
        """Returns the parts of the run's data: the `split` of `dataset`.

        Raises:
            InputError: as `dataset`.
        """
        return self.dataset().split


def open_run(folder: Path | str) -> Run:
    """Opens a run of any family, finished or not.

    Raises:
        InputError: if the folder contains none.
    """
    return Run.open(folder)
