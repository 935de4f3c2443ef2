"""Fitting of everything that a ranking model is built from, once, on the training part."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.events import Events, Levels
from tfrec_dl.ranking.data.feedback import CLICK, LIST, RATING
from tfrec_dl.ranking.data.impressions import context_rows
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.defaults import impressions, model_filled_in, training_filled_in
from tfrec_dl.ranking.features.comparisons import Comparisons
from tfrec_dl.ranking.features.impression_features import described
from tfrec_dl.ranking.objectives.choice import Choice
from tfrec_dl.ranking.objectives.click import Click
from tfrec_dl.ranking.objectives.fitted import FittedObjective
from tfrec_dl.ranking.objectives.objective import Objective
from tfrec_dl.ranking.ranking_data import RankingData
from tfrec_dl.recipes.recipe import Recipe


def learn_ranking_data(
    split: ImpressionSplit,
    config: RankingConfig,
    items: Catalogue | None = None,
    users: Catalogue | None = None,
    min_count: int = 1,
    max_length: int = 50,
) -> RankingData:
    """Fits vocabularies, objectives and preprocessing on the training part of a split.

    Args:
        split: the impressions.
        config: configuration, whose objectives get their labels.
        items: item features; items without a training impression are known only by them.
        users: user features.
        min_count: number of training impressions that a user or an item needs for its own vector.
        max_length: number of past items of a user to read.

    Raises:
        InputError: if nothing reaches `min_count`, or the ratings do not suit the output.
    """
    table, rows = split.impressions, split.train
    vocabularies = {
        name: Vocabulary.build(ids, codes[rows], min_count)
        for name, ids, codes in (("users", table.user_ids, table.users), ("items", table.item_ids, table.items))
    }
    for name, catalogue in (("users", users), ("items", items)):
        if catalogue is not None:
            vocabularies[name] = vocabularies[name].extended(catalogue.ids)
    labels = {name: values[rows] for name, values in table.labels.items()}
    configs = {name: getattr(config, name) for name in labels}
    if CLICK in labels and config.click is None:
        configs[CLICK] = _click_objective(table.lists[rows], labels[CLICK])
    with_lists = {**labels, LIST: table.lists[rows]}
    levels = Levels.of(labels.get(RATING))
    comparisons = _comparisons(split) if CLICK in labels else None
    raw = RankingRows(table, Events.of(split, levels), *(np.empty(0, np.int32),) * 2, max_length)
    context = described(raw, comparisons)
    data = RankingData(
        users=vocabularies["users"],
        items=vocabularies["items"],
        levels=levels,
        objectives={name: FittedObjective.of(each, with_lists) for name, each in configs.items()},
        ratings=labels.get(RATING),
        positions=None if table.positions is None else np.bincount(table.positions[rows]),
        context_kinds={} if table.context is None else table.context.kinds,
        request_features=_request_features(split),
        comparisons=comparisons,
        item_features=items,
        user_features=users,
        unknown=max(_unknown_share(codes, split, min_count) for codes in (table.users, table.items)),
    )
    return with_fitted_features(data, config.content, None if context is None else context_rows(context, rows))


def recipe_filled_in(recipe: Recipe, dataset: ImpressionDataset) -> Recipe:
    """Returns a recipe with the settings that its data decides filled in, without other fitting."""
    split, min_count = dataset.split, dataset.source.min_count
    table = split.impressions
    count = impressions(Vocabulary.build(table.user_ids, table.users[split.train], min_count))
    unknown = max(_unknown_share(codes, split, min_count) for codes in (table.users, table.items))
    return replace(
        recipe,
        model=model_filled_in(recipe.model, count, table.labels, unknown),
        training=training_filled_in(recipe.training, count, table.labels),
    )


def _unknown_share(codes: np.ndarray, split: ImpressionSplit, min_count: int) -> float:
    """Returns the share of validation impressions whose code has fewer than `min_count` training impressions."""
    counts = np.bincount(codes[split.train], minlength=codes.max() + 1)
    return float(np.mean(counts[codes[split.validation]] < min_count)) if len(split.validation) else 0.0


def _click_objective(lists: np.ndarray, clicks: np.ndarray) -> Objective:
    """Chooses the click objective if the recipe leaves it open."""
    in_lists = len(np.unique(lists)) < len(lists)
    return Choice() if in_lists and np.bincount(lists, weights=clicks).max() <= 1 else Click()


def _comparisons(split: ImpressionSplit) -> Comparisons:
    """Returns comparisons for clicks, which follow a history; none for ratings, whose history is not a sequence."""
    table = split.impressions
    context = table.context
    kinds = {} if context is None else context.kinds
    numbers = {name: context.columns[name][split.train] for name, kind in kinds.items() if kind == "number"}  # type: ignore[union-attr]
    in_lists = len(np.unique(table.lists)) < len(table)
    found = Comparisons.learn(numbers, in_lists, timed=table.times is not None)
    taken = sorted(set(kinds) & set(found.names))
    if taken:
        raise InputError(
            f"a column of the context is called {taken[0]!r}, like a feature that is made from the table: rename it"
        )
    return found


def _request_features(split: ImpressionSplit) -> tuple[str, ...] | None:
    """Returns features with at most one value in each training list; None if no list has two rows."""
    context, lists = split.impressions.context, split.impressions.lists[split.train]
    first, number = np.unique(lists, return_index=True, return_inverse=True)[1:]
    if len(first) == len(lists):
        return None
    columns = {} if context is None else context.columns
    codes = {name: pd.factorize(values[split.train])[0] for name, values in columns.items()}
    return tuple(name for name, values in codes.items() if (values == values[first[number]]).all())


def with_fitted_features(data: RankingData, content: Content, context: Catalogue | None) -> RankingData:
    """Fits the preprocessing of features.

    Args:
        data: data without fitted features.
        content: readers of the features.
        context: training rows, as returned by `described`, or None.

    Returns:
        The same data with `context`, `fitted_items` and `fitted_users`.
    """
    return replace(
        data,
        context=None if context is None else FittedFeatures.fit(content, context),
        fitted_items=_of_trained(content, data.item_features, data.items),
        fitted_users=_of_trained(content, data.user_features, data.users),
    )


def _of_trained(content: Content, catalogue: Catalogue | None, vocabulary: Vocabulary) -> FittedFeatures | None:
    """Fits preprocessing on the ids with training impressions."""
    if catalogue is None:
        return None
    return FittedFeatures.fit(content, catalogue.take(vocabulary.ids[: vocabulary.trained_size - FIRST_ITEM]))
