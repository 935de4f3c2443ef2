"""Cross-fitting: scores each validation user with a stack fitted on other users."""

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
    """Scores each validation user with a blender that was not fitted on that user.

    A blender's metrics on its own cases are too good. Users are therefore split into folds, and each fold is scored by
    the blender fitted on the others. This corrects only for the blender. Deep members with early stopping have seen the
    same validation targets, and so has the choice of the Markov chain's decay.

    Args:
        members: members of the stack.
        cases: validation cases that the lists belong to.
        lists: lists from `candidate_lists`, at least as many as folds.
        config: folds, seed and regularization.
        learned: selects the lists that a blender is fitted on.
    """

    def __init__(
        self, members: Members, cases: EvaluationCases, lists: CandidateLists, config: BlenderConfig, learned: Learned
    ) -> None:
        folds = np.random.default_rng(config.seed).permutation(len(cases)) % config.folds
        # Lists are dealt evenly, so that no fold is empty.
        folds[lists.rows] = np.random.default_rng(config.seed + 1).permutation(len(lists)) % config.folds
        self.folds = dict(zip(cases.histories.user_ids, folds, strict=True))
        self.stacks = [
            StackedModel(members, fit_blender(learned(lists.select(folds[lists.rows] != fold)), config.regularization))
            for fold in range(config.folds)
        ]
        self.folds_of_lists = folds[lists.rows]

    def blended(self, lists: CandidateLists) -> np.ndarray:
        """Returns [N, C] float32 scores of the lists' candidates."""
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
