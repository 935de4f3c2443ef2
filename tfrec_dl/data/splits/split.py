"""Base of all splits: training, validation and test parts, such that nothing evaluated was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.tables.checks import id_texts
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.notebooks import shown

if TYPE_CHECKING:  # these import TensorFlow, which splitting does not need
    from tfrec_dl.data.training.batches import Batches
    from tfrec_dl.data.training.cuts import WindowConfig
    from tfrec_dl.data.training.training_histories import TrainingHistories
    from tfrec_dl.data.training.windows import TrainingWindows


@dataclass(frozen=True, eq=False)
class Split:
    """Training, validation and test parts of interactions.

    Attributes:
        vocabulary: items of the training interactions; then the other items of the catalogue, if given, with count 0.
        train: histories to learn from; users without any have no row.
        validation: histories from training, and the targets that follow them.
        test: histories from training and validation, and the targets that follow them.
    """

    vocabulary: Vocabulary
    train: Histories
    validation: EvaluationCases
    test: EvaluationCases

    def __repr__(self) -> str:
        """Shows the sizes of the parts on one line."""
        sizes = f"{len(self.train.items):,} interactions of {len(self.train):,} users"
        cases = f"validation {len(self.validation):,}, test {len(self.test):,} users"
        return f"Split({len(self.vocabulary.ids):,} items; train {sizes}; {cases})"

    def _repr_html_(self) -> str:
        """Shows users and interactions or targets of each part, in a notebook."""
        parts = {"train": self.train, "validation": self.validation.targets, "test": self.test.targets}
        rows = [(name, len(rows), len(rows.items)) for name, rows in parts.items()]
        table = pd.DataFrame(rows, columns=["part", "users", "interactions"])
        return shown(f"Split: {len(self.vocabulary.ids):,} items in the vocabulary", table)

    def batches(
        self, kind: "type[TrainingWindows] | type[TrainingHistories]", config: "WindowConfig", user_ids: bool = False
    ) -> "Batches":
        """Returns the training histories as batches.

        Args:
            kind: windows or whole histories, as the model's class needs.
            config: lengths, batch size and seed.
            user_ids: whether the batches include the users' ids.

        Raises:
            InputError: if no user has two training interactions, or the context does not fit the window.
        """
        return kind(self.train, config, self.train.user_ids if user_ids else None)

    def without_test(self) -> "Split":
        """Returns the same split with the validation cases in place of the test cases."""
        return replace(self, test=self.validation)

    def with_validation(self) -> "Split":
        """Returns the same split with the validation targets added to the training part and counted; the cases stay.

        The vocabulary keeps its items: an item that first occurs in the validation part stays unknown.
        """
        # A tested user's history is all of training and validation, in time order; other users have no test.
        tested, new = self.test.histories, self.validation.targets
        others = (each.select(~np.isin(each.user_ids, tested.user_ids)) for each in (self.train, new))
        past = Histories.joined([tested, *others])
        learnt = np.where(past.items < self.vocabulary.trained_size, past.items, np.int32(UNKNOWN))
        train = replace(past, items=learnt).known()
        counts = np.bincount(train.items, minlength=self.vocabulary.size)[FIRST_ITEM:]
        vocabulary = Vocabulary(self.vocabulary.ids, counts)
        return replace(self, vocabulary=vocabulary, train=train.select(train.lengths > 0).numbered_by(vocabulary))


def check_shares(validation_share: float, test_share: float) -> None:
    """Raises InputError if the shares leave a part without anything."""
    if not (validation_share > 0 and test_share > 0 and validation_share + test_share < 1):
        shares = f"validation_share is {validation_share} and test_share {test_share}"
        raise InputError(f"{shares}: both must be above 0 and their sum below 1")


def check_interactions(interactions: Interactions) -> None:
    """Refuses a value that is not a table of interactions that has been read.

    Raises:
        InputError: if it is something else, such as a frame.
    """
    remedy = "read them first, by tfrec_dl.Interactions.from_frame(frame) or tfrec_dl.Interactions.read(path)"
    require_type(interactions, Interactions, "interactions", remedy)


def split_by_part(
    interactions: Interactions,
    part: np.ndarray,
    min_count: int = 1,
    catalogue_ids: Sequence[str] | np.ndarray | None = None,
    vocabulary: Vocabulary | None = None,
) -> Split:
    """Builds the split with each interaction in the given part; users without targets in a part are no case of it.

    Args:
        interactions: the interactions.
        part: [n] int, for the interactions in `interactions.order`: 0 to train on, 1 to validate on, 2 to test on.
        min_count: as for `leave_last_out`.
        catalogue_ids: as for `leave_last_out`.
        vocabulary: as for `leave_last_out`.

    Returns:
        The split; every history is in time order.

    Raises:
        InputError: for items as in `leave_last_out`.
    """
    order = interactions.order
    if vocabulary is None:
        vocabulary = _vocabulary(interactions, order[part == 0], min_count, catalogue_ids)
    elif min_count != 1 or catalogue_ids is not None:
        name = "min_count" if min_count != 1 else "catalogue_ids"
        raise InputError(f"a vocabulary is given, which settles what is known: leave {name} out.")
    indices = vocabulary.encode(interactions.item_ids)
    if (indices[interactions.items[order[part == 0]]] < FIRST_ITEM).all():
        raise InputError(
            f"none of the {len(interactions.item_ids)} items trained on, such as {interactions.item_ids[0]!r}, is "
            f"among the vocabulary's {len(vocabulary.ids)}: give the vocabulary of a model of these items, or none."
        )

    def pack(included: np.ndarray) -> Histories:
        rows = order[included]
        weights = None if interactions.weights is None else interactions.weights[rows]
        items = indices[interactions.items[rows]]
        packed = Histories.from_rows(interactions.users[rows], items, interactions.user_ids, weights)
        return packed.numbered_by(vocabulary)

    def cases(histories: Histories, targets: Histories) -> EvaluationCases:
        active = targets.lengths > 0
        return EvaluationCases(histories.select(active), targets.select(active))

    # An item without training interactions has no weights to learn, but is read in other histories.
    past = pack(part == 0)
    learnt = np.where(past.items < vocabulary.trained_size, past.items, np.int32(UNKNOWN))
    train = replace(past, items=learnt).numbered_by(vocabulary).known()
    return Split(
        vocabulary=vocabulary,
        train=train.select(train.lengths > 0),
        validation=cases(past.known(), pack(part == 1)),
        test=cases(pack(part < 2).known(), pack(part == 2)),
    )


def _vocabulary(
    interactions: Interactions,
    trained: np.ndarray,
    min_count: int,
    catalogue_ids: Sequence[str] | np.ndarray | None,
) -> Vocabulary:
    """Builds the vocabulary of the interactions in the rows `trained`, in table order, then the catalogue's others."""
    items = interactions.items[np.sort(trained)]
    vocabulary = Vocabulary.build(interactions.item_ids, items, min_count)
    if catalogue_ids is None:
        return vocabulary
    # Items below min_count stay unknown: they have training interactions, so a count of 0 would be wrong.
    known = interactions.item_ids[np.unique(items)]
    rare = set(known[vocabulary.encode(known) == UNKNOWN])
    texts = id_texts(catalogue_ids, "item {}".format)
    return vocabulary.extended([item for item in texts if item not in rare])
