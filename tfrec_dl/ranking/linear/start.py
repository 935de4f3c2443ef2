"""Fitting of the linear models that the heads of a ranker start from."""

from collections.abc import Mapping
from dataclasses import replace

from tfrec_dl.features.content import Content
from tfrec_dl.ranking.build import fitted_state_of
from tfrec_dl.ranking.data.feedback import CONVERSION
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.linear.learn import linear_part
from tfrec_dl.ranking.linear.part import LinearPart
from tfrec_dl.ranking.ranking_data import RankingData
from tfrec_dl.ranking.rows import ranking_rows


def with_linear_parts(
    data: RankingData,
    split: ImpressionSplit,
    content: Content,
    max_length: int,
    chosen: Mapping[str, LinearPart] | None = None,
) -> RankingData:
    """Fits a linear model for each head whose objective supports one.

    Args:
        data: data with fitted features.
        split: the impressions.
        content: readers of the features.
        max_length: number of past items of a user to read.
        chosen: maps heads to linear models whose penalties are reused; None chooses penalties on the validation part.
    """
    origins = {head: objective.origin() for head, objective in data.objectives.items() if head != CONVERSION}
    suited = {head: origin for head, origin in origins.items() if origin is not None}
    if not suited:
        return data
    state = fitted_state_of(data, content, max_length)
    rows = ranking_rows(state, split)
    parts = {}
    for head, origin in suited.items():
        penalties = None if chosen is None else chosen[head].penalties
        parts[head] = linear_part(head, origin, state, rows, split, penalties)
    return replace(data, linear=parts)
