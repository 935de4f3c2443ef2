"""Computes the measures of drift from what today's table shows and what the export knows of its training."""

from collections.abc import Mapping

import numpy as np

from tfrec_dl.data.profile.bin_counts import BinCounts
from tfrec_dl.data.profile.training_profile import popularity_bins
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.drift.measure import COVERAGE, HISTORY_LENGTHS, HIT_RATE, NDCG, POPULARITY, UNKNOWN_ITEMS, Measure
from tfrec_dl.drift.stability import stability
from tfrec_dl.drift.today import Today
from tfrec_dl.drift.training import Training
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.evaluation.intervals import bootstrap_intervals

NO_PROFILE = "the export has no profile of its training: export its run again"
NOT_MEASURED = "the model card has no such metric from training"
NOBODY = "no user has two interactions, so there is no next item to find"
OTHER_SPLIT = "leave-last-out today, another split at training"
TWO_SIGMA = 1.96


def measures(today: Today, training: Training, vocabulary: Vocabulary, limits: Mapping[str, float]) -> list[Measure]:
    """Computes all measures.

    Args:
        today: what today's table shows.
        training: what the export knows of its training.
        vocabulary: vocabulary of the export.
        limits: maps every measure to the drift above which it is flagged.
    """
    return [
        _unknown_items(today, training, limits[UNKNOWN_ITEMS]),
        _popularity(today, training, vocabulary, limits[POPULARITY]),
        _history_lengths(today, training, limits[HISTORY_LENGTHS]),
        _coverage(today, training, limits[COVERAGE]),
        _metric(NDCG, today.ndcg, today, training, limits[NDCG]),
        _metric(HIT_RATE, today.hits, today, training, limits[HIT_RATE]),
    ]


def _unknown_items(today: Today, training: Training, limit: float) -> Measure:
    share, profile = today.known.share(0), training.profile
    error = TWO_SIGMA * (share * (1 - share) / max(1.0, today.known.effective)) ** 0.5
    estimate = Estimate(share, max(0.0, share - error), min(1.0, share + error))
    before = 0.0 if profile is None else profile.known.share(0)
    return Measure(
        UNKNOWN_ITEMS,
        "share of interactions with items that the export does not know",
        limit,
        estimate,
        None if profile is None else Estimate(before),
        max(0.0, share - before),
        share - error > before,
        f"{NO_PROFILE}; the share at training is taken to be 0" if profile is None else "",
    )


def _popularity(today: Today, training: Training, vocabulary: Vocabulary, limit: float) -> Measure:
    what = "population stability index of interactions by the popularity of their items"
    if not today.popularity.total:
        return Measure(POPULARITY, what, limit, note="the export knows none of today's items")
    if training.profile is None:
        popular = popularity_bins(vocabulary.counts)
        ends = np.cumsum(popular)
        counts = np.add.reduceat(np.append(vocabulary.counts, 0), ends - popular) * (popular > 0)
        # The training users are unknown, so a user's interactions are taken to be as alike at training as today.
        alike = today.popularity.effective / today.popularity.total
        before = BinCounts((*counts.tolist(), 0.0), float(counts.sum() * alike))
    else:
        before = training.profile.popularity
    return _index(POPULARITY, what, before, today.popularity, limit)


def _history_lengths(today: Today, training: Training, limit: float) -> Measure:
    what = "population stability index of interactions per user"
    if training.profile is None or today.lengths is None:
        return Measure(HISTORY_LENGTHS, what, limit, note=NO_PROFILE)
    return _index(HISTORY_LENGTHS, what, training.profile.lengths, today.lengths, limit)


def _index(name: str, what: str, before: BinCounts, now: BinCounts, limit: float) -> Measure:
    found = stability(before, now)
    drift = max(0.0, found.index - found.expected)
    by_chance = f"by chance it is {found.expected:.3f} on average, and rarely above {found.bound:.3f}"
    return Measure(name, what, limit, Estimate(found.index), None, drift, found.beyond_chance, by_chance)


def _coverage(today: Today, training: Training, limit: float) -> Measure:
    what = f"share of the export's items that are among anybody's first {today.k}"
    before, users = training.metrics.get(f"{COVERAGE}@{today.k}"), len(today.ndcg)
    if not users:
        return Measure(COVERAGE, what, limit, None, before, note=NOBODY)
    if before is None or training.profile is None or not before.value:
        note = NOT_MEASURED if training.profile is not None else NO_PROFILE
        return Measure(COVERAGE, what, limit, Estimate(today.coverage), before, note=note)
    # Fewer users are recommended fewer items. Each further user adds less, so coverage is at least proportional.
    least = before.value * min(1.0, users / max(1, training.profile.tested))
    drift = max(0.0, 1 - today.coverage / least)
    note = f"{users:,} users, {training.profile.tested:,} at training: at least {least:.4f} if nothing has changed"
    return Measure(COVERAGE, what, limit, Estimate(today.coverage), before, drift, drift > 0, note)


def _metric(name: str, values: np.ndarray, today: Today, training: Training, limit: float) -> Measure:
    what = f"{name}@{today.k} on the next item"
    before = training.metrics.get(f"{name}@{today.k}")
    if not len(values):
        return Measure(name, what, limit, None, before, note=NOBODY)
    (low,), (high,) = bootstrap_intervals(values[:, None])
    now = Estimate(float(values.mean()), float(low), float(high))
    if before is None:
        return Measure(name, what, limit, now, note=NOT_MEASURED)
    drift = max(0.0, 1 - now.value / before.value) if before.value > 0 else 0.0
    below = before.low is not None and float(high) < before.low
    alike = training.split is None or "leave-last-out" in training.split
    return Measure(name, what, limit, now, before, drift, below, "" if alike else OTHER_SPLIT)
