"""Protocols of training data, in memory or on disk."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tfrec_dl.data.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
    from tfrec_dl.data.training.batches import Batches
    from tfrec_dl.data.training.cuts import WindowConfig
    from tfrec_dl.data.training.training_histories import TrainingHistories
    from tfrec_dl.data.training.windows import TrainingWindows


@runtime_checkable
class TrainingData(Protocol):
    """A split into training, validation and test."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Vocabulary of the training interactions."""
        ...

    @property
    def validation(self) -> "EvaluationCases":
        """Histories from training, and the targets that follow them."""
        ...

    @property
    def test(self) -> "EvaluationCases":
        """Histories from training and validation, and the targets that follow them."""
        ...

    def batches(
        self, kind: "type[TrainingWindows] | type[TrainingHistories]", config: "WindowConfig", user_ids: bool = False
    ) -> "Batches":
        """Returns the training histories as batches.

        Args:
            kind: windows or whole histories, as the model's class needs.
            config: lengths, batch size and seed.
            user_ids: whether the batches include the users' ids.

        Raises:
            InputError: if there is nothing to learn from, or the data cannot be read in this way.
        """
        ...
