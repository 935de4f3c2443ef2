"""Second training of a ranker that includes the validation part, with settings and epochs chosen on validation."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import CHOSEN, validated_metrics, without_refit
from tfrec_dl.ranking.calibration import CALIBRATION, load_calibration, save_calibration
from tfrec_dl.ranking.defaults import impressions
from tfrec_dl.ranking.learn import recipe_filled_in
from tfrec_dl.ranking.linear.start import with_linear_parts
from tfrec_dl.ranking.measure import measure_ranking_gain
from tfrec_dl.ranking.saved_state import load_ranking_data, save_ranking_data
from tfrec_dl.ranking.train import built_with_rows, fit_ranker, ranking_data, train_ranker
from tfrec_dl.ranking.trained import trained_ranker
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.checkpoints import kept_epoch, restore_best
from tfrec_dl.runs.fingerprints import finish_run

logger = logging.getLogger(__name__)


def refit_ranker(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains a ranker into FOLDER/chosen, and then again into the folder; see `Family.train`.

    Everything that validation decided is kept: the number of epochs, the penalties of linear parts, the calibration,
    and the settings that depend on the data. The validation metrics are those of the first training, the test metrics
    those of the second.
    """
    filled, chosen = recipe_filled_in(recipe, dataset), folder / CHOSEN
    ranking_data(filled, dataset)  # rejects data that cannot be learned from before anything is written
    run = Run.begin(folder, recipe, dataset)
    logger.info("on the training part, to choose on validation")
    if not (chosen / "metrics.json").exists():
        train_ranker(without_refit(recipe), dataset, chosen, callbacks, verbose)
    first = load_ranking_data(chosen, recipe.model.content)

    logger.info("once more, on training and validation part")
    objectives = {name: each.config for name, each in first.objectives.items()}
    filled, larger = replace(filled, model=replace(filled.model, **objectives)), dataset.with_validation()
    split = larger.split
    data = replace(ranking_data(filled, larger), settled_by=impressions(first.users))
    if first.linear:
        data = with_linear_parts(data, split, filled.model.content, filled.training.max_length, first.linear)
    model, rows = built_with_rows(filled, data, split)
    save_ranking_data(data, folder)
    fit_ranker(model, split, rows, run, filled.training, callbacks, verbose, kept_epoch(chosen))
    restore_best(model, folder)
    if (chosen / CALIBRATION).exists():
        model.calibration = load_calibration(chosen / CALIBRATION)
        save_calibration(model.calibration, folder / CALIBRATION)
    metrics = measure_ranking_gain(model, trained_ranker(Run.open(chosen)), dataset.split)
    finish_run(folder, validated_metrics(chosen) | metrics)
    return run
