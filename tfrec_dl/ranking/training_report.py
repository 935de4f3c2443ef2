"""Log lines on the parts that a ranker's training uses, and the reasons."""

from collections.abc import Iterator

from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION
from tfrec_dl.ranking.objectives.choice import Choice
from tfrec_dl.recipes.recipe import Recipe

ORDERS = {
    CLICK: "the probability of a click",
    CLICK_AND_CONVERSION: "the probability of a click that converts",
    RATING: "the rating",
}


def training_report(model: RankingModel, recipe: Recipe) -> Iterator[str]:
    """Yields lines on the network, the objectives and the optimizer of a compiled model."""
    yield f"network: {model.network.name}"
    for head, objective in model.objectives.items():
        why = _why(head, model, click_is_set=recipe.model.click is not None)
        yield f"objective of {head}s: {objective.config.name}{why}"
    yield f"candidates are ordered by {ORDERS[model.orders_by]}"
    yield "optimiser: row-sparse Adam; only the rows of users and items that a batch touches are updated"


def _why(head: str, model: RankingModel, click_is_set: bool) -> str:
    objective = model.objectives[head].config
    if objective.about() or head != CLICK:
        return f", {objective.about()}" if objective.about() else ""
    if click_is_set:
        return ", as set"
    if objective.name == Choice.name:
        return ", because no list has more than one click, and its candidates compete for it"
    context = model.fitted_state.context
    comparisons = None if context is None else context.comparisons
    in_lists = comparisons is not None and comparisons.in_lists
    return f", each row by itself, because {'lists have several clicks' if in_lists else 'there are no lists'}"
