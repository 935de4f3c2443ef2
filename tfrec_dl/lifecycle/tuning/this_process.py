"""A study that this process begins, or joins, and works on."""

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
    """Begins a study, or opens the one that the same call has begun.

    Args:
        recipe: whose settings are searched.
        dataset: of the source.
        folder: of the study.
        space: what is tried.

    Raises:
        InputError: if the folder holds something else.
    """
    family = recipe.family
    defaults = values_of(family.filled_in(recipe, dataset), space)
    asked = Asked(recipe, dataset.source, space)
    return Study.begin(folder, asked, dataset.fingerprint, family.task.monitored(dataset), defaults)


def work_here(study: Study, dataset: Any, budget: Budget) -> None:
    """Trains trials until there is nothing left for this process to do.

    Args:
        study: to work on.
        dataset: whose test part no trial sees.
        budget: of the study.

    Raises:
        InputError: as `work`.
    """
    work(study, Training(dataset.without_test(), study.monitored), budget)
