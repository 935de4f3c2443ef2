"""From members and validation cases to a stack, and what measures it fairly."""

from tfrec_dl.data.splits import EvaluationCases
from tfrec_dl.tasks.stacking.candidates import candidate_lists
from tfrec_dl.tasks.stacking.config import RankerConfig
from tfrec_dl.tasks.stacking.cross_fitting import CrossFitted
from tfrec_dl.tasks.stacking.fit_ranker import fit_ranker
from tfrec_dl.tasks.stacking.members import Members
from tfrec_dl.tasks.stacking.stacked_model import StackedModel


def fit_stack(
    members: Members, validation: EvaluationCases, config: RankerConfig | None = None
) -> tuple[StackedModel, CrossFitted]:
    """Fits the ranker of a stack on validation cases.

    Args:
        members: trained without these cases' targets.
        validation: histories from training, targets that follow them.
        config: how to fit; default `RankerConfig()`.

    Returns:
        The stack, and what its validation figures are to be measured with.

    Raises:
        InputError: if there are too few cases to learn from.
    """
    config = config or RankerConfig()
    lists = candidate_lists(members, validation, config)
    crossed = CrossFitted(members, validation, lists, config)
    return StackedModel(members, fit_ranker(lists, config.regularization)), crossed
