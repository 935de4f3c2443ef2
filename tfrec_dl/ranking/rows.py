"""The rows of a split as a ranking model reads them."""

from dataclasses import replace

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.events import Events
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.model import Knowledge


def ranking_rows(knowledge: Knowledge, split: ImpressionSplit) -> RankingRows:
    """Looks up users and items, prepares the context and collects the histories.

    Args:
        knowledge: of the model.
        split: says what a list's history holds.

    Raises:
        InputError: if the table lacks features that the model reads.
    """
    table = split.impressions
    rows = RankingRows(
        table,
        Events.of(split, knowledge.levels),
        knowledge.users.encode(table.user_ids),
        knowledge.items.encode(table.item_ids),
        knowledge.max_length,
    )
    if knowledge.context is None:
        return rows
    kinds = {} if table.context is None else table.context.kinds
    for name, kind in knowledge.context.kinds.items():
        if kinds.get(name) != kind:
            there = "not there" if name not in kinds else f"of kind {kinds[name]}"
            raise InputError(f"feature {name!r} of the context is {there}: give it as {kind}, as in training.")
    return replace(rows, context=knowledge.context.table(rows))
