"""Training table for a second-stage ranker: the candidates that a retrieval model would have shown."""

import numpy as np
import pandas as pd

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.scorer import as_scorer, score_blocks
from tfrec_dl.evaluation.top_k import top_k_items
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import CHOSEN
from tfrec_dl.ranking.data.list_values import PARTS
from tfrec_dl.ranking.serving.inputs import RETRIEVAL_RANK, RETRIEVAL_SCORE
from tfrec_dl.retrieval.network_run import vocabulary_of

ROWS = 512  # histories scored at once


def candidate_impressions(run: Run, candidates: int = 100, targets: int = 5) -> pd.DataFrame:
    """Retrieves candidates before each user's last interactions and labels the actual next interaction as the click.

    As in the run, each user's last interaction is for testing and the one before it for validation. The `targets`
    interactions before these are for training. The retrieval model was trained on those, so its scores for them are too
    good, and a ranker trusts the scores a little more than it should.

    Args:
        run: a finished retrieval run on a leave-last-out split.
        candidates: number of items to retrieve before each target, without past items unless the run keeps them.
        targets: maximum number of training interactions per user.

    Returns:
        One row per candidate, best first in each list: "user_id", "item_id", "list", "timestamp" (of the target, or its
        position among the user's interactions if these have no times), "retrieval_score", "retrieval_rank" from 0,
        "click", "part" ("train", "validation", "test"). A list whose target was not retrieved has no click.

    Raises:
        InputError: if the run uses another split, it was trained on the validation part, a number is below 1, or no
            user has three interactions.
    """
    if run.source.split != "leave-last-out":
        raise InputError(f"the run is on a {run.source.split!r} split: candidates need a run on 'leave-last-out'.")
    if run.recipe.family.is_refitted(run.recipe):
        raise InputError(
            f"{run.folder} learned from the validation part, so its candidates there say nothing about new cases: use "
            f"the run {run.folder / CHOSEN}."
        )
    for name, number in (("candidates", candidates), ("targets", targets)):
        if number < 1:
            raise InputError(f"{name} is {number}: it must be at least 1.")
    interactions, vocabulary, scorer = run.dataset().interactions, vocabulary_of(run), as_scorer(run.model())
    candidates = min(candidates, len(vocabulary.ids))
    order = interactions.order
    items = vocabulary.encode(interactions.item_ids)[interactions.items[order]]
    users = interactions.users[order]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(users))])
    place = np.arange(len(users)) - offsets[users]
    after = offsets[users + 1] - 1 - np.arange(len(users))
    asked = np.flatnonzero((after < targets + 2) & (place > 0) & (np.diff(offsets)[users] >= 3))
    times = place if interactions.times is None else interactions.times[order]

    lengths = place[asked]
    before = Histories.from_rows(
        np.repeat(np.arange(len(asked)), lengths),
        items[np.repeat(offsets[users[asked]] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())],
        interactions.user_ids[users[asked]],
    ).known()
    found, scores = [], []
    for number, block in enumerate(score_blocks(scorer, before, ROWS)):
        histories = before.select(np.arange(number * ROWS, number * ROWS + len(block)))
        block[:, :FIRST_ITEM] = -np.inf
        if not run.recipe.training.keep_seen:
            block[np.repeat(np.arange(len(block)), histories.lengths), histories.items] = -np.inf
        best = top_k_items(block, candidates)
        found.append(best)
        scores.append(np.take_along_axis(block, best, axis=1))
    retrieved, kept = np.concatenate(found), np.concatenate(found) >= FIRST_ITEM
    lists = np.repeat(np.arange(len(asked)), kept.sum(axis=1))
    ids = np.concatenate([np.array([""] * FIRST_ITEM, dtype=object), vocabulary.ids])
    return pd.DataFrame(
        {
            "user_id": interactions.user_ids[users[asked]][lists],
            "item_id": ids[retrieved[kept]],
            "list": lists,
            "timestamp": times[asked][lists],
            RETRIEVAL_SCORE: np.concatenate(scores)[kept],
            RETRIEVAL_RANK: np.broadcast_to(np.arange(candidates), kept.shape)[kept],
            "click": (retrieved == items[asked][:, None])[kept].astype(np.int8),
            "part": np.array(PARTS, dtype=object)[np.maximum(2 - after[asked], 0)][lists],
        }
    )
