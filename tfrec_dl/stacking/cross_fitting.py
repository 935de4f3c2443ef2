"""Cross-fitting: each validation user is scored by a stack fitted on other users."""

from collections.abc import Callable

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import CandidateLists
from tfrec_dl.stacking.fit_blender import fit_blender
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel

Learned = Callable[[CandidateLists], CandidateLists]


class CrossFitted:
    """Scores each validation user by a blender that did not learn from that user.

    A blender's metrics on its own cases are too good. Here the users are split into folds, and each fold is scored by
    the blender that was fitted on the others. This corrects for the blender alone: deep members that were stopped early
    have seen the same validation targets, and so has the choice of the Markov chain's decay.

    Args:
        members: of the stack.
        cases: validation, which the lists are of.
        lists: of `candidate_lists`, as many as folds at least.
        config: folds, seed and regularization.
        learned: which of some lists a blender learns from.
    """

    def __init__(
        self, members: Members, cases: EvaluationCases, lists: CandidateLists, config: BlenderConfig, learned: Learned
    ) -> None:
        folds = np.random.default_rng(config.seed).permutation(len(cases)) % config.folds
        # Lists are dealt out evenly, so that no fold is without.
        folds[lists.rows] = np.random.default_rng(config.seed + 1).permutation(len(lists)) % config.folds
        self.folds = dict(zip(cases.histories.user_ids, folds, strict=True))
        self.stacks = [
            StackedModel(members, fit_blender(learned(lists.select(folds[lists.rows] != fold)), config.regularization))
            for fold in range(config.folds)
        ]
        self.folds_of_lists = folds[lists.rows]

    def blended(self, lists: CandidateLists) -> np.ndarray:
        """[N, C] float32 scores of the lists' candidates."""
        scores = np.empty(lists.log_weights.shape, dtype=np.float32)
        for fold, stack in enumerate(self.stacks):
            rows = np.flatnonzero(self.folds_of_lists == fold)
            scores[rows] = stack.blender(lists.select(rows).scores._asdict()).numpy()
        return scores

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue for validation users: [H, vocabulary.size] float32."""
        folds = np.array([self.folds[user] for user in histories.user_ids], dtype=np.int64)
        scores = np.empty((len(histories), self.stacks[0].vocabulary.size), dtype=np.float32)
        for fold, stack in enumerate(self.stacks):
            rows = np.flatnonzero(folds == fold)
            scores[rows] = stack.scores(histories.select(rows))
        return scores
