"""Ranking models fitted on a split, without a run's folder."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.defaults import training_filled_in
from tfrec_dl.ranking.fit import compile_ranking_model
from tfrec_dl.ranking.learn import learn_ranking_data
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.recipe import Recipe


class Fitted(NamedTuple):
    """A model and the rows it reads."""

    model: RankingModel
    rows: RankingRows


def built(recipe: Recipe, split: ImpressionSplit) -> Fitted:
    """Not trained yet."""
    tf.keras.utils.set_random_seed(recipe.training.seed)
    data = learn_ranking_data(split, recipe.model, max_length=recipe.training.max_length)
    model = build_ranking_model(recipe.model, data, recipe.training.max_length)
    return Fitted(model, ranking_rows(model.fitted_state, split))


def fitted(recipe: Recipe, split: ImpressionSplit) -> Fitted:
    """Trained on the training part."""
    found = built(recipe, split)
    config = training_filled_in(recipe.training, len(split.train), found.model.objectives)
    batches = RankingBatches(found.rows, split.train, config.batch_size, config.seed)
    compile_ranking_model(found.model, config, batches.steps_per_epoch)
    found.model.fit(batches.dataset(), epochs=config.epochs, steps_per_epoch=batches.steps_per_epoch, verbose=0)
    return found


def predicted(found: Fitted, part: np.ndarray, size: int = 4_096) -> dict[str, np.ndarray]:
    """Predictions of some rows, in the order of `part`; read in batches of about `size` rows."""
    values = Predictor(found.model)(RankingBatches(found.rows, part, size).in_order())
    order = np.argsort(values["row"])[np.searchsorted(np.sort(values["row"]), part)]
    return {name: column[order] for name, column in values.items()}
