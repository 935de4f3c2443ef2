"""Rows of a split in the form that a ranking model reads."""

from dataclasses import replace

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.events import Events
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.fitted_state import FittedState


def ranking_rows(fitted_state: FittedState, split: ImpressionSplit) -> RankingRows:
    """Looks up users and items, prepares the context and collects the histories.

    Args:
        fitted_state: fitted state of the model.
        split: split that decides what a list's history holds.

    Raises:
        InputError: if the table lacks features that the model reads.
    """
    table = split.impressions
    rows = RankingRows(
        table,
        Events.of(split, fitted_state.levels),
        fitted_state.users.encode(table.user_ids),
        fitted_state.items.encode(table.item_ids),
        fitted_state.max_length,
    )
    if fitted_state.context is None:
        return rows
    kinds = {} if table.context is None else table.context.kinds
    for name, kind in fitted_state.context.kinds.items():
        if kinds.get(name) != kind:
            there = "not there" if name not in kinds else f"of kind {kinds[name]}"
            raise InputError(f"feature {name!r} of the context is {there}: give it as {kind}, as in training.")
    return replace(rows, context=fitted_state.context.table(rows))


def require_rows_of(fitted_state: FittedState, rows: RankingRows) -> None:
    """Raises InputError if rows number users or items differently than the model, as those made for another do."""
    table = rows.impressions
    for what, found, vocabulary, ids in (
        ("user", rows.users, fitted_state.users, table.user_ids),
        ("item", rows.items, fitted_state.items, table.item_ids),
    ):
        own = vocabulary.encode(ids)
        if len(found) == len(own) and (found == own).all():
            continue
        first = int(np.argmax(found != own)) if len(found) == len(own) else 0
        raise InputError(
            f"the rows have index {found[first]} for {what} {ids[first]!r}, the model {own[first]}: make them with "
            "ranking_rows(model.fitted_state, split)."
        )
