"""A run: a folder with everything that was asked and everything that came out, of any family."""

from pathlib import Path
from typing import Any

from tfrec_dl.arguments import path_given
from tfrec_dl.data.dataset import Dataset
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_config import describe_features, read_config
from tfrec_dl.runs.run_folder import RunFolder, start_folder

# What reading values of a wrong type ends in, where no check has met them.
DAMAGED = (AttributeError, KeyError, TypeError, OverflowError, RecursionError)


class Run(RunFolder):
    """A folder with `config.json`, `metrics.json`, `history.csv`, `checkpoints/` and `logs/`.

    Beside them is what the family needs to build the model again without its data: `vocabulary.txt`, `items.parquet`
    and `users.parquet` where the model reads features, and more. The runs of a stack's networks are in `members/`;
    adversarial training keeps its generator as it was before in `start/`, and its discriminator in `discriminator/`.

    A run is finished when its `metrics.json` exists. What of its data later ones are compared with is written after
    that, `profile.json`; an export makes one where it is missing.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    @staticmethod
    def begin(folder: Path, recipe: Recipe, dataset: Dataset) -> "Run":
        """Starts a run, or finds the one that the same call has started, finished or not.

        Call it with the folder locked.

        Args:
            folder: of the run.
            recipe: the model.
            dataset: what its source read.

        Raises:
            InputError: if the folder holds a run of something else, or other files, or cannot be written to.
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
            InputError: if the folder holds none.
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
            InputError: if the data are gone or are no longer those trained on.
        """
        dataset = self.source.read(self.features())
        self.refuse_changed_data(self.source.path, dataset.fingerprint)
        return dataset

    def split(self) -> Any:
        """The parts of the run's data: the `split` of `dataset`.

        Raises:
            InputError: as `dataset`.
        """
        return self.dataset().split


def open_run(folder: Path | str) -> Run:
    """Opens a run of any family, finished or not.

    Raises:
        InputError: if the folder holds none.
    """
    return Run.open(folder)
