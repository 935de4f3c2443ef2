"""The folder of a rating run: its configuration, metrics, and everything needed to continue or repeat it."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.deep_conn import build_rating_model
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.recipes import ReviewRecipe
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.source import ReviewSource
from tfrec_dl.reviews.splits import RatingSplit
from tfrec_dl.reviews.training_reviews import (
    REVIEWS,
    TrainingReviews,
    load_training_reviews,
    save_training_reviews,
)
from tfrec_dl.runs.resumable import restore_best
from tfrec_dl.runs.run_config import read_json
from tfrec_dl.runs.run_folder import RunFolder, start_folder

TASK = "reviews"


class ReviewRun(RunFolder):
    """A folder of the files below.

    It has `config.json`, `reviews.parquet` (ids, ratings and tokens of the training reviews), `words.json`,
    `biases.npy`, `history.csv`, `checkpoints/`, `logs/`, and `metrics.json`, which is written last: with it the run is
    finished.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: ReviewRecipe, source: ReviewSource) -> None:
        super().__init__(folder)
        self.recipe = recipe
        self.source = source

    @staticmethod
    def begin(
        folder: Path, recipe: ReviewRecipe, source: ReviewSource, reviews: Reviews, data: TrainingReviews
    ) -> "ReviewRun":
        """Starts a run, or finds the unfinished one that the same call has started.

        Args:
            folder: of the run.
            recipe: the model.
            source: the data.
            reviews: what the source read.
            data: what the model is built from.

        Raises:
            InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be
                written to.
        """
        config = {
            "task": TASK,
            "recipe": recipe.to_dict(),
            "data": source.absolute().to_dict(),
            "data_fingerprint": reviews.fingerprint(),
            "data_size": {
                "reviews": len(reviews),
                "users": len(reviews.user_ids),
                "items": len(reviews.item_ids),
                "training_reviews": len(data.documents),
            },
        }
        start_folder(folder, config)
        if not (folder / REVIEWS).exists():
            save_training_reviews(data, folder)
        return ReviewRun(folder, recipe, source.absolute())

    @staticmethod
    def open(folder: Path | str) -> "ReviewRun":
        """Opens a run, finished or not.

        Raises:
            InputError: if the folder holds none, or one of another task.
        """
        folder = Path(folder)
        config = read_json(folder / "config.json")
        if config.get("task") != TASK:
            raise InputError(f"{folder} is no run of rating prediction from reviews: name one.")
        try:
            source = TypeAdapter(ReviewSource).validate_python(config["data"])
            return ReviewRun(folder, ReviewRecipe.from_dict(config["recipe"]), source)
        except (KeyError, TypeError, ValidationError) as error:
            reason = f"{type(error).__name__}, {str(error).splitlines()[0]}"
            raise InputError(f"{folder / 'config.json'} is not a run's configuration ({reason}).") from error

    def model(self) -> RatingModel:
        """The trained model, with the weights of its best epoch. Reads no data beside the run's own.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        model = build_rating_model(self.recipe.model, load_training_reviews(self.folder))
        restore_best(model, self.folder)
        return model

    def split(self) -> RatingSplit:
        """Reads the run's table again and splits it as in training.

        Raises:
            InputError: if the table is gone or is no longer the one trained on.
        """
        reviews = self.source.read()
        self.refuse_changed_data(self.source.path, reviews.fingerprint())
        return self.source.divide(reviews)
