"""The folder of a ranking run: what was asked, what came out, and everything needed to go on or to repeat it."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tfrec_dl.data.impression_splits import ImpressionSplit
from tfrec_dl.data.impressions import Impressions
from tfrec_dl.data.ranking_source import RankingSource
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.build_ranking import RankingData, build_ranking_model
from tfrec_dl.recipes.recipe import RankingRecipe
from tfrec_dl.tasks.ranking.calibration import Calibration
from tfrec_dl.tasks.ranking.ranking_model import RankingModel
from tfrec_dl.training.ranking_data import load_ranking_data, save_ranking_data
from tfrec_dl.training.resumable import restore_best
from tfrec_dl.training.run_config import (
    check_continues,
    describe_features,
    installed_versions,
    read_json,
    refuse_other_files,
    write_json,
)

TASK = "ranking"


class RankingRun:
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
        self.folder = folder
        self.recipe = recipe
        self.source = source

    @staticmethod
    def begin(
        folder: Path, recipe: RankingRecipe, source: RankingSource, impressions: Impressions, data: RankingData
    ) -> "RankingRun":
        """Starts a run, or finds the unfinished one that the same call has started.

        Args:
            folder: of the run.
            recipe: the model.
            source: the data.
            impressions: of the source.
            data: what the model is built from.

        Raises:
            InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be
                written to.
        """
        config = {
            "task": TASK,
            "recipe": recipe.to_dict(),
            "data": source.absolute().to_dict(),
            "data_fingerprint": impressions.fingerprint(),
            "data_size": {
                "impressions": len(impressions),
                "lists": int(impressions.lists.max()) + 1,
                "users": len(impressions.user_ids),
                "items": len(impressions.item_ids),
            },
            "features": describe_features({"items": data.item_features, "users": data.user_features}),
        }
        path = folder / "config.json"
        if path.exists():
            check_continues(folder, config)
        else:
            refuse_other_files(folder)
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot create {folder}: {error.strerror}; choose another folder.") from error
            write_json(path, {**config, "versions": installed_versions()})
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

    @property
    def finished(self) -> bool:
        """Whether the run has its metrics."""
        return (self.folder / "metrics.json").exists()

    def config(self) -> dict[str, Any]:
        """Everything that was asked: recipe, data, its fingerprint and size, versions."""
        return read_json(self.folder / "config.json")

    def metrics(self) -> dict[str, float]:
        """Everything that was measured.

        Raises:
            InputError: if the run is not finished.
        """
        if not self.finished:
            raise InputError(f"{self.folder} is not finished: run the same `tfrec-dl train` command again to continue.")
        return read_json(self.folder / "metrics.json")

    def model(self) -> RankingModel:
        """The trained model, with the weights of its best epoch, calibrated.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        data = load_ranking_data(self.folder)
        model = build_ranking_model(self.recipe.model, data, self.recipe.training.max_length)
        restore_best(model, self.folder)
        if (self.folder / "calibration.json").exists():
            model.calibration = Calibration.from_dict(read_json(self.folder / "calibration.json"))
        return model

    def split(self) -> ImpressionSplit:
        """Reads the run's table again and splits it as in training.

        Raises:
            InputError: if the table is gone or is no longer the one trained on.
        """
        impressions = self.source.read()
        found, expected = impressions.fingerprint(), self.config()["data_fingerprint"]
        if found != expected:
            raise InputError(
                f"{self.source.path} has changed since {self.folder} was trained "
                f"(fingerprint {found[:12]}, then {expected[:12]}): bring the old table back, or train again."
            )
        return self.source.divide(impressions)
