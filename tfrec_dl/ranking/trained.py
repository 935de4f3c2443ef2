"""The trained model of a ranking run."""

from tfrec_dl.families.second_stage import CHOSEN
from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.calibration import CALIBRATION, load_calibration
from tfrec_dl.ranking.defaults import impressions, model_filled_in
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.saved_state import load_ranking_data
from tfrec_dl.runs.resumable import restore_best
from tfrec_dl.runs.run_folder import RunFolder


def trained_ranker(run: RunFolder) -> RankingModel:
    """The trained model of a run, with the weights of its best epoch, calibrated.

    Raises:
        InputError: if it is not trained yet, or cannot be read.
    """
    data = load_ranking_data(run.folder, run.recipe.model.content)
    config = run.recipe.model
    if run.recipe.training.refit:  # what follows from the data was decided by fewer rows
        chosen = load_ranking_data(run.folder / CHOSEN, config.content)
        config = model_filled_in(config, impressions(chosen.users), chosen.objectives)
    model = build_ranking_model(config, data, run.recipe.training.max_length)
    restore_best(model, run.folder)
    if (run.folder / CALIBRATION).exists():
        model.calibration = load_calibration(run.folder / CALIBRATION)
    return model
