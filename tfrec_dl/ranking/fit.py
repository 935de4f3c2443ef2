"""Compilation of a ranking model, and choice of the metric that monitors its training."""

from typing import Literal, NamedTuple

from tfrec_dl.ranking.configuration import RankingTraining
from tfrec_dl.ranking.data.batches import RankingBatches
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.runs.optimisers import RowSparseAdam, spare_tables
from tfrec_dl.runs.schedules import warm_up_and_decay

SHORTEST = 5  # minimum number of training steps, in multiples of those that the weight average spans


class Monitored(NamedTuple):
    """The validation metric that selects the best epoch.

    Attributes:
        name: name in the logs.
        mode: whether the highest or the lowest value is best.
    """

    name: str
    mode: Literal["max", "min"]


def monitored(model: RankingModel, batches: RankingBatches) -> Monitored:
    """Returns NDCG if impressions are shown in lists, otherwise AUC of clicks; RMSE if only ratings are learned."""
    if CLICK not in model.objectives:
        return Monitored("val_rmse", "min")
    return Monitored("val_ndcg" if batches.impression_count > batches.list_count else "val_auc", "max")


def compile_ranking_model(model: RankingModel, config: RankingTraining, steps_per_epoch: int) -> None:
    """Compiles the model with row-sparse Adam and the schedule, and creates the optimizer's slots."""
    assert config.learning_rate is not None  # settings are filled in
    steps = config.epochs * steps_per_epoch
    schedule = warm_up_and_decay(config.learning_rate, config.warm_up, steps)
    # In a short training, the average would still contain much of the initial weights.
    average = max(0.0, min(config.weight_average, 1 - SHORTEST / steps))
    optimizer = RowSparseAdam(
        schedule,
        weight_decay=config.weight_decay or None,
        use_ema=average > 0,
        ema_momentum=average,
    )
    spare_tables(optimizer, model)
    model.compile(optimizer=optimizer)
    optimizer.build(model.trainable_variables)
