"""Fitting a stack on validation cases, and its cross-fitted copy for validation metrics."""

import logging

from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.evaluation.scorer import Scorer
from tfrec_dl.stacking.alone import better_alone
from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import candidate_lists
from tfrec_dl.stacking.cross_fitting import CrossFitted
from tfrec_dl.stacking.fit_blender import blender_of_one, fit_blender
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel

logger = logging.getLogger(__name__)


def fit_stack(
    members: Members, validation: EvaluationCases, config: BlenderConfig | None = None, keep_seen: bool = False
) -> tuple[StackedModel, Scorer]:
    """Fits the blender of a stack on validation cases; a member that is better alone gets all of the weight.

    Where members find what followed for fewer users than there are folds, all members get the same weight.

    Args:
        members: trained without these cases' targets.
        validation: histories from training, targets that follow them.
        config: how to fit; default `BlenderConfig()`.
        keep_seen: whether items of the history can be recommended.

    Returns:
        The stack, and what its validation metrics are to be measured with.

    Raises:
        InputError: if no validation user has a history and a target that can be recommended.
    """
    config = config or BlenderConfig()
    lists = candidate_lists(members, validation, config, keep_seen)
    if len(lists) < config.folds:
        logger.warning(
            "for %d of %d validation users some member finds what followed: too few to learn weights from, so that all "
            "members have the same.",
            len(lists),
            len(validation),
        )
        stack = StackedModel(members, build_blender(len(members.names), config.regularization))
        return stack, stack
    crossed = CrossFitted(members, validation, lists, config)
    alone = better_alone(lists, crossed.blended(lists))
    if alone is None:
        return StackedModel(members, fit_blender(lists, config.regularization)), crossed
    logger.warning(
        "on validation %s alone is better than %s blended: it gets all of the weight, the rest could be left out.",
        members.names[alone],
        " and ".join(members.names),
    )
    stack = StackedModel(members, blender_of_one(lists, alone, config.regularization))
    return stack, stack
