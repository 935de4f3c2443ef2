"""A run on the first 80 % of a table, gone on from on the next 10 %, against a training anew on 90 %.

python -m benchmarks.warm_start ml-100k

Rows are in order of time, so that users and items join as they did. Both are measured on what follows: the first item
of each user in the last 10 %, after all of that user's history; users without one are left out.
"""

from typing import Annotated

import numpy as np
import pandas as pd
import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Runs, source_of
from benchmarks.timing import machine, print_table
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.lifecycle.warm_start import warm_recipe
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.runs.run_folder import run_seconds

PARTS = {"first": 0.8, "grown": 0.9}


def main(
    data: Data,
    model: str = "gru",
    counts: bool = False,
    epochs: Annotated[int | None, typer.Option(help="Of a training anew; the recipe's own by default.")] = None,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Trains what is not trained yet; prints NDCG@10 on what follows, and seconds."""
    here = runs / data / "warm-start" / f"{model}{'-counts' if counts else ''}{'' if epochs is None else f'-{epochs}'}"
    table = source_of(data, folder).read_interactions()
    frame = pd.DataFrame({"user_id": table.user_ids[table.users], "item_id": table.item_ids[table.items]})
    if table.times is not None:
        frame = frame.assign(timestamp=table.times).sort_values("timestamp", kind="stable")
    here.mkdir(parents=True, exist_ok=True)
    for name, share in PARTS.items():
        frame[: int(share * len(frame))].to_csv(here / f"{name}.csv", index=False)
    sources = {name: DataSource(str(here / f"{name}.csv")).read() for name in PARTS}
    recipe = get_recipe(model).with_settings({"counts": counts} | ({} if epochs is None else {"epochs": epochs}))
    first = train_once(recipe, sources["first"], here / "run-first", verbose=2)
    warm = train_once(warm_recipe(first.folder), sources["grown"], here / "run-warm", verbose=2)
    anew = train_once(recipe, sources["grown"], here / "run-anew", verbose=2)

    cut = int(PARTS["grown"] * len(frame))
    known = set(sources["first"].split.vocabulary.ids)
    rows = []
    for name, run in {"anew": anew, "from the first": warm, "the first": first}.items():
        trained = run.model()
        cases, items = _cases(frame[:cut], frame[cut:], trained.vocabulary)
        values = evaluate(trained, cases, trained.vocabulary).per_user("ndcg@10")
        is_new = np.array([item not in known for item in items])
        rows.append((name, f"{run_seconds(run):.0f}", f"{values.mean():.4f}", f"{values[is_new].mean():.4f}"))
    print(
        f"{data}, {model}: {len(values):,} users, {is_new.sum():,} with an item unknown to the first run; {machine()}"
    )
    print_table(("run", "seconds", "NDCG@10 on what follows", "on items unknown to the first run"), rows)


def _cases(before: pd.DataFrame, after: pd.DataFrame, vocabulary: Vocabulary) -> tuple[EvaluationCases, list[str]]:
    """Each user's first item in `after`, for users with a history; and these items."""
    following = after.drop_duplicates("user_id").set_index("user_id")["item_id"]
    rows = before[before["user_id"].isin(following.index)]
    users, ids = pd.factorize(rows["user_id"])
    order = np.argsort(users, kind="stable")
    histories = Histories.from_rows(users[order], vocabulary.encode(rows["item_id"].to_numpy(object)[order]), ids)
    items = following[ids].to_numpy(object)
    targets = Histories.from_rows(np.arange(len(ids)), vocabulary.encode(items), np.asarray(ids, object))
    return EvaluationCases(histories.known(), targets), list(items)


if __name__ == "__main__":
    typer.run(main)
