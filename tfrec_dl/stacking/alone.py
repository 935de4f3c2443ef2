"""A member that recommends better alone than with the others."""

import numpy as np
from scipy.stats import ttest_1samp

from tfrec_dl.stacking.candidates import CandidateLists

K = 10
CERTAIN = 0.01  # p-value below which it counts as better


def better_alone(lists: CandidateLists, blended: np.ndarray) -> int | None:
    """The member whose own order of the candidates has the highest NDCG@10, if that is above the blend's beyond chance.

    A blender gives the targets a high likelihood, which need not be the best order of the first ten: where most targets
    are new and the others come back, for example.

    Args:
        lists: candidates of validation users.
        blended: [N, C] scores of the same candidates by blenders that did not learn from their users.

    Returns:
        Its number; None where the blend is better, or as good as can be told (one-sided paired t-test, p < 0.01).
    """
    own = lists.scores.scores
    alone = [gains(lists, own[:, :, member]) for member in range(own.shape[2])]
    best = int(np.argmax([each.mean() for each in alone]))
    lead = alone[best] - gains(lists, blended)
    # Without any difference the test divides by zero.
    return best if lead.any() and ttest_1samp(lead, 0.0, alternative="greater").pvalue < CERTAIN else None


def gains(lists: CandidateLists, scores: np.ndarray) -> np.ndarray:
    """[N] gain of each target by scores [N, C]: 1 / log2(1 + rank) where it is among ten."""
    ranks = lists.ranks(scores)
    return np.where(ranks <= K, 1.0 / np.log2(1.0 + ranks), 0.0)
