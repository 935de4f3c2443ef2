"""Says what the training of a ranker reads, splits and chooses."""

from typing import Any

import numpy as np
import tensorflow as tf
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.reports.features import NarratedFeatures
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.model import CLICK_AND_CONVERSION, RankingModel
from tfrec_dl.ranking.objectives.choice import Choice

ORDERS = {
    CLICK: "the probability of a click",
    CLICK_AND_CONVERSION: "the probability of a click that converts",
    RATING: "the rating",
}


class NarratedRankingSource(NarratedFeatures, RankingSource):
    """A source that says what it holds; a missing column's error names the option that chooses another."""

    def read(self) -> Impressions:
        """Reads and checks the table."""
        say(f"reading {self.path}")
        try:
            impressions = super().read()
        except InputError as error:
            for option, columns in self._options().items():
                if any(str(error).startswith(f"no column {column!r} ") for column in columns):
                    raise InputError(f"{error} ({option} names it)") from error
            raise
        lists = int(impressions.lists.max()) + 1
        in_lists = f"{lists:,} lists" if lists < len(impressions) else "no lists: each row stands for itself"
        order = "" if impressions.times is not None else "; no times: the table's order is the order in time"
        say(
            f"{len(impressions):,} impressions of {len(impressions.item_ids):,} items to "
            f"{len(impressions.user_ids):,} users, {in_lists}{order}"
        )
        for line in self._labels(impressions):
            say(line)
        _show_context(impressions.context)
        return impressions

    def divide(self, impressions: Impressions) -> ImpressionSplit:
        """Splits the impressions."""
        split = super().divide(impressions)
        sizes = []
        for what, rows in (("train", split.train), ("validate", split.validation), ("test", split.test)):
            lists = len(np.unique(impressions.lists[rows]))
            sizes.append(f"{len(rows):,}{f' in {lists:,} lists' if lists < len(rows) else ''} to {what} on")
        say(f"split {self.split}: impressions: {', '.join(sizes)}")
        return split

    def _options(self) -> dict[str, tuple[Any, ...]]:
        """Option -> the columns it names."""
        feedback = self.feedback
        return {
            "--label": (feedback.click, feedback.rating),
            "--user-column": (self.user,),
            "--item-column": (self.item,),
            "--time-column": (self.time,),
            "--list-column": self.lists,
            "--position-column": (self.position,),
            "--part-column": (self.part,),
            "--conversion-column": (feedback.conversion,),
            "--confidence-column": (feedback.confidence,),
            "--weight-column": (feedback.weight,),
            "--context-feature": tuple(self.context),
        }

    def _labels(self, impressions: Impressions) -> list[str]:
        """What the labels say."""
        found, labels, feedback = [], impressions.labels, self.feedback
        if CLICK in labels:
            clicks = labels[CLICK]
            taken = "" if feedback.like is None else f" (column {feedback.click!r} from {feedback.like:g})"
            found.append(f"clicks{taken}: {int(clicks.sum()):,}, a rate of {clicks.mean():.2%}".replace("%", " %"))
        if CONVERSION in labels:
            converted = int(labels[CONVERSION].sum())
            share = f"{converted / labels[CLICK].sum():.2%}".replace("%", " %")
            found.append(f"conversions: {converted:,}, {share} of clicks")
        if RATING in labels:
            ratings = labels[RATING]
            found.append(f"ratings: {ratings.min():g} to {ratings.max():g}, mean {ratings.mean():.3f}")
        if impressions.weights is not None:
            found.append(f"weights: a row counts {impressions.weights.mean():.3g} in the loss on average")
        if impressions.positions is not None:
            found.append(f"positions: column {self.position!r} is learnt from; served, all candidates have the same")
        return found


class RankingNarrator(tf.keras.callbacks.Callback):
    """Says which network and objectives a training uses, and why.

    Args:
        click_is_set: whether a setting says how clicks are learnt.
    """

    def __init__(self, click_is_set: bool = False) -> None:
        super().__init__()
        self.click_is_set = click_is_set

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Says it."""
        model: RankingModel = self.model
        say(f"network: {model.network.name}")
        for head, objective in model.objectives.items():
            say(f"objective of {head}s: {objective.config.name}{self._why(head, model)}")
        say(f"candidates are ordered by {ORDERS[model.orders_by]}")
        say("optimiser: row-sparse Adam; only the rows of users and items that a batch touches are updated")

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Says where an interrupted training goes on."""
        if epoch and not self.model.history.epoch:
            say(f"continuing after epoch {epoch}")

    def _why(self, head: str, model: RankingModel) -> str:
        objective = model.objectives[head].config
        if objective.about() or head != CLICK:
            return f", {objective.about()}" if objective.about() else ""
        if self.click_is_set:
            return ", as set"
        if objective.name == Choice.name:
            return ", because no list has more than one click: its candidates compete for it"
        context = model.knowledge.context
        comparisons = None if context is None else context.comparisons
        in_lists = comparisons is not None and comparisons.in_lists
        return f", each row by itself, because {'lists have several clicks' if in_lists else 'there are no lists'}"


def _show_context(context: Catalogue | None) -> None:
    """What each further column was taken for."""
    if context is None:
        return
    table = Table("feature", "kind", "filled", "values", "example", title="features of the context")
    for row in context.summary():
        table.add_row(*(escape(text) for text in row))
    console().print(table)
    say("where a kind is wrong: --context-feature NAME=KIND, or NAME=ignore")
