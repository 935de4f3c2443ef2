"""Retrieval alone against retrieval and a ranker, on MovieLens-1M: is the second stage worth its latency?

The retrieval model is a run of `benchmarks.quality`; run that first. The model retrieves candidates before each of a
user's last interactions. The ranker trains on those of the training part. Its best epoch is chosen on the last
interaction but one, and the test is on the last one. A target that is not retrieved counts 0 for both.

python -m benchmarks.two_stage                # test metrics too
python -m benchmarks.two_stage --no-test      # the validation users alone: to choose settings
"""

import logging
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from tfrec_dl.evaluation.paired import paired
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.data.batches import RankingBatches
from tfrec_dl.ranking.data.feedback import CLICK, Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.evaluate import ROWS
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.two_stage.training_table import RETRIEVAL_RANK, candidate_impressions

SETTINGS = {
    "dimension": 32,
    "recency": 10,
    "id_dropout": 0.0,
    "embedding_dropout": 0.1,
    "batch_size": 4096,
    "max_length": 30,
    "epochs": 4,
}
K = 10


def main(
    retrieval: Annotated[str, typer.Option(help="Recipe of the retrieval run.")] = "gru",
    ranker: Annotated[str, typer.Option(help="Recipe of the ranker.")] = "din",
    seed: Annotated[int, typer.Option(help="Seed of the retrieval run and of the ranker.", min=0)] = 0,
    candidates: Annotated[int, typer.Option(help="Candidates retrieved for each list.", min=K)] = 20,
    targets: Annotated[int, typer.Option(help="Training interactions per user that the ranker trains on.", min=1)] = 30,
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    runs: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs"),
    test: Annotated[bool, typer.Option(help="Print test metrics, not only validation metrics.")] = True,
) -> None:
    """Trains the ranker unless its run is there, and prints what it adds."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    home = runs / "ml-1m" / f"{retrieval}-{ranker}" / f"seed-{seed}"
    table = home.with_suffix(".parquet")
    if not table.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        run = Run.open(runs / "ml-1m" / retrieval / f"seed-{seed}")
        candidate_impressions(run, candidates, targets).to_parquet(table)
    if not (home / "metrics.json").exists():
        data = folder / "ml-1m"
        source = RankingSource(
            str(table),
            Feedback(click=CLICK),
            lists=("list",),
            split="given",
            part="part",
            history=str(data / "ratings.csv.gz"),
            items=str(data / "items.csv.gz"),
            item_kinds={"title": "ignore", "plot": "ignore", "actors": "ignore"},
        )
        train(RECIPES[ranker].with_settings({**SETTINGS, "seed": seed}), source, home, verbose=2)
    for part in ("validation", "test") if test else ("validation",):
        before, after = ndcg(Run.open(home), part)
        gain = paired(after - before)
        print(
            f"{part}: ndcg@{K} of {len(before):,} users, {retrieval} {before.mean():.4f}, with {ranker} "
            f"{after.mean():.4f}: {after.mean() / before.mean():.4f} times, difference {gain.difference:+.4f} "
            f"({gain.low:+.4f} to {gain.high:+.4f})"
        )


def ndcg(run: Run, part: str) -> tuple[np.ndarray, np.ndarray]:
    """NDCG@10 of each list [lists] in the order of retrieval, and in that of the ranker; ties count against it."""
    split, model = run.split(), run.model()
    rows = ranking_rows(model.fitted_state, split)
    found = Predictor(model)(RankingBatches(rows, getattr(split, part), ROWS).in_order())
    row, score = found["row"], found[CLICK]
    impressions = split.impressions
    assert impressions.context is not None
    lists = np.unique(impressions.lists[row], return_inverse=True)[1]
    clicked = impressions.labels[CLICK][row] == 1
    wanted = np.full(lists.max() + 1, np.inf)  # no rank is reached where the target was not retrieved
    wanted[lists[clicked]] = score[clicked]
    rank = np.bincount(lists[score >= wanted[lists]], minlength=len(wanted)) - 1
    retrieved = np.full(len(wanted), K)
    retrieved[lists[clicked]] = impressions.context.columns[RETRIEVAL_RANK][row][clicked]
    return gain_at(retrieved), gain_at(np.where(np.isinf(wanted), K, rank))


def gain_at(rank: np.ndarray) -> np.ndarray:
    """NDCG@10 of one wanted item at ranks from 0."""
    return np.where(rank < K, 1 / np.log2(rank + 2.0), 0.0)


if __name__ == "__main__":
    typer.run(main)
