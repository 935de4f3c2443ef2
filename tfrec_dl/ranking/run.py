"""The folder of a ranking run: what was asked, what came out, and everything needed to go on or to repeat it."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.build import RankingData, build_ranking_model
from tfrec_dl.ranking.calibration import load_calibration
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.fitted_state import load_ranking_data, save_ranking_data
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.recipes.recipe import RankingRecipe
from tfrec_dl.runs.resumable import restore_best
from tfrec_dl.runs.run_config import describe_features, read_json
from tfrec_dl.runs.run_folder import RunFolder, start_folder

TASK = "ranking"


class RankingRun(RunFolder):
    """A folder of the files below.

    It has `config.json`, `knowledge.json`, `users.txt`, `items.txt`, `metrics.json`, `history.csv`, `checkpoints/` and
    `logs/`. Beside them `context.parquet`, `items.parquet` and `users.parquet` where the model reads features, and
    `calibration.json` where its probabilities are calibrated. It is finished when its `metrics.json` exists; that is
    written last.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: RankingRecipe, source: RankingSource) -> None:
        super().__init__(folder)
        self.recipe = recipe
        self.source = source

    @staticmethod
    def begin(
        folder: Path, recipe: RankingRecipe, source: RankingSource, split: ImpressionSplit, data: RankingData
    ) -> "RankingRun":
        """Starts a run, or finds the unfinished one that the same call has started.

        Args:
            folder: of the run.
            recipe: the model.
            source: the data.
            split: of the source.
            data: what the model is built from.

        Raises:
            InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be
                written to.
        """
        impressions = split.impressions
        config = {
            "task": TASK,
            "recipe": recipe.to_dict(),
            "data": source.absolute().to_dict(),
            "data_fingerprint": split.fingerprint(),
            "data_size": {
                "impressions": len(impressions),
                "lists": int(impressions.lists.max()) + 1,
                "users": len(impressions.user_ids),
                "items": len(impressions.item_ids),
            },
            "features": describe_features({"items": data.item_features, "users": data.user_features}),
        }
        start_folder(folder, config)
        if not (folder / "knowledge.json").exists():
            save_ranking_data(data, folder)
        return RankingRun(folder, recipe, source.absolute())

    @staticmethod
    def open(folder: Path | str) -> "RankingRun":
        """Opens a run, finished or not.

        Raises:
            InputError: if the folder holds none, or one of retrieval.
        """
        folder = Path(folder)
        config = read_json(folder / "config.json")
        if config.get("task") != TASK:
            raise InputError(f"{folder} is a run of retrieval, not of ranking: name a ranking run.")
        try:
            source = TypeAdapter(RankingSource).validate_python(config["data"])
            return RankingRun(folder, RankingRecipe.from_dict(config["recipe"]), source)
        except (KeyError, TypeError, ValidationError) as error:
            reason = f"{type(error).__name__}, {str(error).splitlines()[0]}"
            raise InputError(f"{folder / 'config.json'} is not a run's configuration ({reason}).") from error

    def model(self) -> RankingModel:
        """The trained model, with the weights of its best epoch, calibrated.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        data = load_ranking_data(self.folder)
        model = build_ranking_model(self.recipe.model, data, self.recipe.training.max_length)
        restore_best(model, self.folder)
        if (self.folder / "calibration.json").exists():
            model.calibration = load_calibration(self.folder / "calibration.json")
        return model

    def split(self) -> ImpressionSplit:
        """Reads the run's tables again and splits them as in training.

        Raises:
            InputError: if the table, or that of the histories, is gone or is no longer the one trained on.
        """
        split = self.source.divide(self.source.read())
        self.refuse_changed_data(self.source.path, split.fingerprint())
        return split
