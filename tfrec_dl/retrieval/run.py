"""The run folder: what was asked, what came out, and everything needed to go on or to repeat it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tfrec_dl.adversarial.build import generator_recipe
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared.source import PreparedSource, PreparedSplit
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.training.training_data import Described
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.runs.resumable import restore_best
from tfrec_dl.runs.run_config import describe_features, read_json
from tfrec_dl.runs.run_folder import RunFolder, start_folder
from tfrec_dl.stacking.configuration import StackedConfig
from tfrec_dl.stacking.files import load_stack
from tfrec_dl.stacking.model import StackedModel

MEMBERS = "members"  # folder of the runs of a stack's deep members
START = "start"  # folder of the run of the pre-trained generator of adversarial training
DISCRIMINATOR = "discriminator"  # folder of that of the pre-trained discriminator


class Run(RunFolder):
    """A folder with `config.json`, `vocabulary.txt`, `metrics.json`, `history.csv`, `checkpoints/` and `logs/`.

    Beside them `items.parquet` and `users.parquet`, where the model reads features, so that it can be built again
    without its data.

    A stack's run has, in place of history, checkpoints and logs, a run of each deep member in `members/`, its baselines
    in `baselines/`, and `blender.npz`. That of adversarial training has, beside its own, a run of the generator before
    it in `start/`, and of the discriminator in `discriminator/` where it is another network, and `adversarial.json`,
    which says how it ended.

    A run is finished when its `metrics.json` exists; that is written last.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: Recipe, source: DataSource | PreparedSource) -> None:
        super().__init__(folder)
        self.recipe = recipe
        self.source = source

    @staticmethod
    def begin(
        folder: Path,
        recipe: Recipe,
        source: DataSource | PreparedSource,
        data: Described,
        vocabulary: Vocabulary,
        features: Mapping[str, Catalogue | None],
    ) -> "Run":
        """Starts a run, or finds the unfinished one that the same call has started.

        Args:
            folder: of the run.
            recipe: the model.
            source: the data.
            data: what the source read.
            vocabulary: of the split.
            features: "items" and "users" -> the source's catalogue, or None.

        Raises:
            InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be
                written to.
        """
        config = {
            "recipe": recipe.to_dict(),
            "data": source.description(),
            "data_fingerprint": data.fingerprint(),
            "data_size": {**data.size, "items_in_vocabulary": len(vocabulary.ids)},
            "features": describe_features(features),
        }
        start_folder(folder, config)
        # After the configuration, by which a call that continues knows the folder as its own.
        for name, catalogue in features.items():
            if catalogue is not None and not (folder / f"{name}.parquet").exists():
                catalogue.save(folder / f"{name}.parquet")
        if not (folder / "vocabulary.txt").exists():
            vocabulary.save(folder / "vocabulary.txt")
        return Run(folder, recipe, source.absolute())

    @staticmethod
    def open(folder: Path | str) -> "Run":
        """Opens a run, finished or not.

        Raises:
            InputError: if the folder holds none.
        """
        folder = Path(folder)
        config = read_json(folder / "config.json")
        try:
            return Run(folder, Recipe.from_dict(config["recipe"]), source_of(config["data"]))
        except (KeyError, TypeError, ValidationError) as error:
            reason = f"{type(error).__name__}, {str(error).splitlines()[0]}"
            raise InputError(f"{folder / 'config.json'} is not a run's configuration ({reason}).") from error

    def vocabulary(self) -> Vocabulary:
        """The items and their training counts."""
        return Vocabulary.load(self.folder / "vocabulary.txt")

    def model(self) -> RetrievalModel | StackedModel:
        """The trained model: with the weights of its best epoch, or the stack; of adversarial training, the generator.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        return self.stacked_model() if isinstance(self.recipe.model, StackedConfig) else self.retrieval_model()

    def stacked_model(self) -> StackedModel:
        """`model` of a stack.

        Raises:
            InputError: as `model`, and if the recipe is no stack.
        """
        if not isinstance(self.recipe.model, StackedConfig):
            raise InputError(f"{self.folder} is a run of {self.recipe.name!r}, which is no stack.")
        names = self.recipe.model.members
        deep = {name: Run.open(self.folder / MEMBERS / name).retrieval_model() for name in names}
        return load_stack(self.folder, self.vocabulary(), deep)

    def retrieval_model(self) -> RetrievalModel:
        """`model` of a recipe that is no stack.

        Raises:
            InputError: as `model`, and for a stack.
        """
        model = build_model(
            generator_recipe(self.recipe), self.vocabulary(), self._features("items"), self._features("users")
        )
        restore_best(model, self.folder)
        return model

    def split(self) -> Split | PreparedSplit:
        """Reads the run's data again and splits it as in training.

        Raises:
            InputError: if the data are gone or are no longer those trained on.
        """
        if isinstance(self.source, DataSource):
            return self.source.divide(self.interactions(), self._features("items"))
        folder = self.source.read()
        self.refuse_changed_data(self.source.path, folder.fingerprint())
        return self.source.divide(folder)

    def cold_split(self) -> ColdStartSplit:
        """Reads the data of a run on a cold-start split again, and holds the same items out.

        Raises:
            InputError: as `interactions`.
        """
        return self._table().hold_out(self.interactions(), self._features("items"))

    def _features(self, name: str) -> Catalogue | None:
        path = self.folder / f"{name}.parquet"
        return Catalogue.load(path) if name in self.config().get("features", {}) else None

    def interactions(self) -> Interactions:
        """Reads the run's table again.

        Raises:
            InputError: if the table is gone or is no longer the one trained on, or the run is on a prepared folder.
        """
        interactions = self._table().read()
        self.refuse_changed_data(self.source.path, interactions.fingerprint())
        return interactions

    def _table(self) -> DataSource:
        if isinstance(self.source, DataSource):
            return self.source
        raise InputError(
            f"{self.folder} is a run on the prepared folder {self.source.path}: this needs a run on the table itself."
        )


def source_of(description: Mapping[str, Any]) -> DataSource | PreparedSource:
    """The source that a run's configuration describes."""
    return PreparedSource(description["prepared"]) if "prepared" in description else DataSource(**description)
