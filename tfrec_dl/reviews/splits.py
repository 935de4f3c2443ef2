"""Random splits of reviews into training, validation and test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.reviews import Reviews


@dataclass(frozen=True, eq=False)
class RatingSplit:
    """Training, validation and test parts; the texts of held-out reviews are removed.

    When a rating is predicted, its review is not written yet. A model that reads it among the user's or the item's
    reviews reads the answer, a leak in many published results (Catherine and Cohen, TransNets, RecSys 2017; Sachdeva
    and McAuley, SIGIR 2020).

    Attributes:
        train: reviews to train on.
        validation: ratings to choose settings on; every text is "".
        test: ratings to measure on; every text is "".
    """

    train: Reviews
    validation: Reviews
    test: Reviews


def random_splits(
    reviews: Reviews, count: int = 5, validation_share: float = 0.1, test_share: float = 0.1, seed: int = 0
) -> Sequence[RatingSplit]:
    """Makes several random splits whose held-out parts share no review.

    No rating is tested twice, and no rating that any split tests was used to choose settings on the validation parts of
    the others.

    Args:
        reviews: the reviews.
        count: number of splits.
        validation_share: share of the reviews in each validation part.
        test_share: share of the reviews in each test part.
        seed: seed of the splits.

    Returns:
        The splits; each part is in table order.

    Raises:
        InputError: if the held-out parts do not fit into the data, or a part would be empty.
    """
    if count < 1:
        raise InputError(f"count is {count}: make at least 1 split")
    if not (validation_share > 0 and test_share > 0):
        raise InputError(f"validation_share is {validation_share} and test_share {test_share}: both must be above 0")
    held_out = count * (validation_share + test_share)
    if held_out > 1 + 1e-9:
        raise InputError(
            f"{count} splits that hold out {validation_share} and {test_share} of the reviews need {held_out:.4g} of "
            "them: make fewer splits, or smaller parts"
        )
    validated, tested = int(len(reviews) * validation_share), int(len(reviews) * test_share)
    if not (validated and tested and validated + tested < len(reviews)):
        raise InputError(f"{len(reviews)} reviews leave an empty part: bring more reviews")
    drawn = np.random.default_rng(seed).permutation(len(reviews))
    splits = []
    for start in range(0, count * (validated + tested), validated + tested):
        validation, test = np.split(drawn[start : start + validated + tested], [validated])
        training = np.ones(len(reviews), dtype=bool)
        training[validation] = training[test] = False
        splits.append(
            RatingSplit(
                reviews.select(training),
                reviews.select(np.sort(validation)).without_texts(),
                reviews.select(np.sort(test)).without_texts(),
            )
        )
    return splits
