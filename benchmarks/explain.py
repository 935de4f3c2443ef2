"""Value of explanations: how much a recommendation's score falls without the history item that is named first.

    python -m benchmarks.explain --run runs/ml-1m/gru/seed-0

For a sample of users of the test part, an export of the run explains the best recommendation. The item of the history
that is named first is then removed, or a random item, or the last one. The run's model scores the remaining history,
and the benchmark prints how much the recommendation's score has fallen.
"""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import tfrec_dl
from benchmarks.timing import machine, print_table
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.families.run import open_run

AGAINST_RANDOM = 3  # times


def main(
    run: Annotated[Path, typer.Option(help="Folder of a finished run.")],
    users: Annotated[int, typer.Option(help="Number of users, drawn at random from the test part.", min=1)] = 1_000,
    seed: Annotated[int, typer.Option(help="Seed for the choice of users and of random items.")] = 0,
) -> None:
    """Prints the mean loss without the item named first, a random one and the last one."""
    opened = open_run(run)
    split, model = opened.split(), opened.model()
    generator = np.random.default_rng(seed)
    rows = [split.test.histories.row(row) for row in generator.permutation(len(split.test))[:users]]
    rows = [row[row >= FIRST_ITEM] for row in rows]
    histories = [split.vocabulary.decode(row).tolist() for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        recommender = tfrec_dl.load(tfrec_dl.export(opened, Path(folder, "export")))
        best = [pairs[0][0] for pairs in recommender.recommend(histories, k=1)]
        start = time.perf_counter()
        found = [explained for (explained,) in recommender.explain(histories, [[item] for item in best])]
        seconds = time.perf_counter() - start

    items, scorer = split.vocabulary.encode(best), as_scorer(model)

    def scores(kept: list[np.ndarray]) -> np.ndarray:
        users_of = np.repeat(np.arange(len(kept)), [len(row) for row in kept])
        packed = Histories.from_rows(users_of, np.concatenate(kept), np.full(len(kept), "", object))
        return np.asarray(scorer.scores(packed)[np.arange(len(kept)), items])

    whole = scores(rows)
    named = [history.index(each.because[0][0]) for history, each in zip(histories, found, strict=True)]
    places = {
        "named first": np.array(named),
        "at random": np.array([generator.integers(len(row)) for row in rows]),
        "the last": np.array([len(row) - 1 for row in rows]),
    }
    lost = {
        name: whole - scores([np.delete(row, place) for row, place in zip(rows, chosen, strict=True)])
        for name, chosen in places.items()
    }
    print(f"{run}: {len(histories):,} users, {seconds / len(histories) * 1e3:.1f} ms an explanation; {machine()}\n")
    table = []
    for name, values in lost.items():
        interval = 1.96 * values.std(ddof=1) / len(values) ** 0.5
        table.append([name, f"{values.mean():.4f}", f"{interval:.4f}", f"{np.median(values):.4f}"])
    print_table(["item taken out", "score lost, mean", "± (95 %)", "median"], table)
    first, random, last = (values.mean() for values in lost.values())
    print(f"named first against random: {first / random:.1f} times (at least {AGAINST_RANDOM})")
    print(f"named first against the last: {first / last:.2f} times (more than 1)")
    same = np.mean(places["named first"] == places["the last"])
    print(f"the item named first is the last one of {same:.0%} of the users")


if __name__ == "__main__":
    typer.run(main)
