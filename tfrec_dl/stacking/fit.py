"""Fitting of a stack on validation cases, with a cross-fitted copy for validation metrics."""

import logging

import numpy as np

from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.evaluation.scorer import Scorer
from tfrec_dl.stacking.alone import better_alone, gains
from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import CandidateLists, candidate_lists
from tfrec_dl.stacking.cross_fitting import CrossFitted, Learned
from tfrec_dl.stacking.fit_blender import blender_of_one, fit_blender
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel

logger = logging.getLogger(__name__)

LEAST_FOUND = 100  # a blender learns little from fewer lists


def fit_stack(
    members: Members, validation: EvaluationCases, config: BlenderConfig | None = None, keep_seen: bool = False
) -> tuple[StackedModel, Scorer]:
    """Fits the blender of a stack on validation cases; a member that is better alone gets the whole weight.

    The blender is fitted either on all users, or only on those whose target some member finds; cross-fitting decides
    which is better. If there are fewer users than folds, nothing is fitted, and all members get the same weight.

    Args:
        members: members trained without these cases' targets.
        validation: histories from training, with the targets that follow them.
        config: settings of the fit; default `BlenderConfig()`.
        keep_seen: whether items of the history can be recommended.

    Returns:
        The stack, and the scorer for its validation metrics.

    Raises:
        InputError: if no validation user has a history and a target that can be recommended.
    """
    config = config or BlenderConfig()
    lists = candidate_lists(members, validation, config, keep_seen)
    if len(lists) < config.folds:
        logger.warning(
            "only %d of %d validation users can be learned from, too few for weights: all members get the same weight.",
            len(lists),
            len(validation),
        )
        stack = StackedModel(members, build_blender(len(members.names), config.regularization))
        return stack, stack
    learned, crossed, blended = _better_way(members, validation, lists, config)
    alone = better_alone(lists, blended)
    if alone is None:
        return StackedModel(members, fit_blender(learned(lists), config.regularization)), crossed
    logger.warning(
        "on validation %s alone is better than %s blended: it gets all of the weight, and the rest could be left out.",
        members.names[alone],
        " and ".join(members.names),
    )
    stack = StackedModel(members, blender_of_one(lists, alone, config.regularization))
    return stack, stack


def _better_way(
    members: Members, validation: EvaluationCases, lists: CandidateLists, config: BlenderConfig
) -> tuple[Learned, CrossFitted, np.ndarray]:
    """Chooses between all lists and those whose target is found, by cross-fitted NDCG@10.

    Returns:
        The better choice, its cross-fitted copy, and the scores [N, C] that the copy gives to the lists' candidates.
    """

    def everything(some: CandidateLists) -> CandidateLists:
        return some

    def found(some: CandidateLists) -> CandidateLists:
        return some.found(config.best)

    ways = [everything, found] if len(found(lists)) >= LEAST_FOUND else [everything]
    tried = []
    for learned in ways:
        crossed = CrossFitted(members, validation, lists, config, learned)
        tried.append((learned, crossed, crossed.blended(lists)))
    return max(tried, key=lambda each: gains(lists, each[2]).mean())
