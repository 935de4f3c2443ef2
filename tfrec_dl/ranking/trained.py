"""Loading of the trained model of a ranking run."""

from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.calibration import CALIBRATION, load_calibration
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.saved_state import load_ranking_data
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.run_folder import RunFolder


def trained_ranker(run: RunFolder) -> RankingModel:
    """Returns the trained model of a run, with the weights of its best epoch and its calibration.

    Raises:
        InputError: if the run is not trained yet, or cannot be read.
    """
    data = load_ranking_data(run.folder, run.recipe.model.content)
    model = build_ranking_model(run.recipe.model, data, run.recipe.training.max_length)
    restore_best(model, run.folder)
    if (run.folder / CALIBRATION).exists():
        model.calibration = load_calibration(run.folder / CALIBRATION)
    return model
