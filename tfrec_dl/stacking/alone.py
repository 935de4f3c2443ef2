"""Detection of a member that recommends better alone than in the stack."""

import numpy as np
from scipy.stats import ttest_1samp

from tfrec_dl.stacking.candidates import CandidateLists

K = 10
CERTAIN = 0.01  # p-value below which it counts as better


def better_alone(lists: CandidateLists, blended: np.ndarray) -> int | None:
    """Returns the member whose own order of candidates has the highest NDCG@10, if it beats the blend significantly.

    A blender maximizes the likelihood of the targets, which need not give the best top ten, for example if most targets
    are new items and the others are repeated.

    Args:
        lists: candidates of validation users.
        blended: [N, C] scores of the same candidates, from blenders that were not fitted on their users.

    Returns:
        The member's number; None unless it is significantly better than the blend (one-sided paired t-test, p < 0.01).
    """
    own = lists.scores.scores
    alone = [gains(lists, own[:, :, member]) for member in range(own.shape[2])]
    best = int(np.argmax([each.mean() for each in alone]))
    lead = alone[best] - gains(lists, blended)
    # Without any differences, the test would divide by zero.
    return best if lead.any() and ttest_1samp(lead, 0.0, alternative="greater").pvalue < CERTAIN else None


def gains(lists: CandidateLists, scores: np.ndarray) -> np.ndarray:
    """Returns [N] the gain of each target by scores [N, C]: 1 / log2(1 + rank) if it is in the top ten."""
    ranks = lists.ranks(scores)
    return np.where(ranks <= K, 1.0 / np.log2(1.0 + ranks), 0.0)
