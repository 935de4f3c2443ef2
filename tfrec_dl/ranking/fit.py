"""Compiling a ranking model, and the metric that its training is monitored by."""

from typing import Literal, NamedTuple

from tfrec_dl.ranking.configuration import RankingTraining
from tfrec_dl.ranking.data.batches import RankingBatches
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.runs.optimisers import RowSparseAdam, spare_tables
from tfrec_dl.runs.schedules import warm_up_and_decay

SHORTEST = 5  # a training is so many times the steps that the average of the weights reaches back


class Monitored(NamedTuple):
    """The validation metric that decides which epoch is the best.

    Attributes:
        name: in the logs.
        mode: whether the highest value is the best, or the lowest.
    """

    name: str
    mode: Literal["max", "min"]


def monitored(model: RankingModel, batches: RankingBatches) -> Monitored:
    """NDCG of lists where impressions are shown in lists, else AUC of clicks; RMSE where only ratings are learnt."""
    if CLICK not in model.objectives:
        return Monitored("val_rmse", "min")
    return Monitored("val_ndcg" if batches.impression_count > batches.list_count else "val_auc", "max")


def compile_ranking_model(model: RankingModel, config: RankingTraining, steps_per_epoch: int) -> None:
    """Compiles the model with row-sparse Adam on the schedule, and creates the optimiser's slots."""
    assert config.learning_rate is not None  # filled in
    steps = config.epochs * steps_per_epoch
    schedule = warm_up_and_decay(config.learning_rate, config.warm_up, steps)
    # In a short training the average would still hold much of the initial weights.
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
