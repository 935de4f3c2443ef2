"""Work on a study in this process, which creates or joins it."""

import logging
from pathlib import Path
from typing import Any

from tfrec_dl.lifecycle.tuning.asked import Asked
from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.space import Space, values_of
from tfrec_dl.lifecycle.tuning.study import Study
from tfrec_dl.lifecycle.tuning.training import Training
from tfrec_dl.lifecycle.tuning.work import work
from tfrec_dl.recipes.recipe import Recipe

logger = logging.getLogger(__name__)


def begun(recipe: Recipe, dataset: Any, folder: Path, space: Space) -> Study:
    """Creates a study, or opens the one created by the same call.

    Args:
        recipe: recipe whose settings are searched.
        dataset: data of the source.
        folder: folder of the study.
        space: values to try.

    Raises:
        InputError: if the folder holds something else.
    """
    family = recipe.family
    defaults = values_of(family.filled_in(recipe, dataset), space)
    asked = Asked(recipe, dataset.source, space)
    return Study.begin(folder, asked, dataset.fingerprint, family.task.monitored(dataset), defaults)


def work_here(study: Study, dataset: Any, budget: Budget) -> None:
    """Trains trials until no work is left for this process.

    Args:
        study: study to work on.
        dataset: data whose test part no trial sees.
        budget: budget of the study.

    Raises:
        InputError: as in `work`.
    """
    work(study, Training(dataset.without_test(), study.monitored), budget)
