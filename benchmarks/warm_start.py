"""A run on the first 80 % of a table, continued on the next 10 %, against a training from scratch on 90 %.

python -m benchmarks.warm_start ml-100k [--first 0.5 --grown 0.75]

Rows are in order of time, so that users and items appear in the order in which they joined. Both runs are measured on
the last 10 % in two ways:
- on the first item of each user in it, after all of that user's history; users without such an item are left out;
- on every interaction in it with an item that joined in the 10 % before, after all that its user did before.
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
from tfrec_dl.evaluation.resampling import Ratios, percentile_interval, resampled
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.lifecycle.warm_start import warm_recipe
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.runs.run_folder import run_seconds

FIRST, GROWN = 0.8, 0.9


def main(
    data: Data,
    model: str = "gru",
    counts: bool = False,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of a training from scratch (default: those of the recipe).")
    ] = None,
    first_share: Annotated[float, typer.Option("--first", help="Share of the table in the first run.")] = FIRST,
    grown_share: Annotated[float, typer.Option("--grown", help="Share of the table in later runs.")] = GROWN,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Trains what is not trained yet; prints NDCG@10 on what follows, and seconds."""
    parts, name = {"first": first_share, "grown": grown_share}, f"{model}{'-counts' if counts else ''}"
    name += ("" if epochs is None else f"-{epochs}") + "".join(
        f"-{share}" for share in parts.values() if parts != {"first": FIRST, "grown": GROWN}
    )
    here = runs / data / "warm-start" / name
    table = source_of(data, folder).read_interactions()
    frame = pd.DataFrame({"user_id": table.user_ids[table.users], "item_id": table.item_ids[table.items]})
    if table.times is not None:
        frame = frame.assign(timestamp=table.times).sort_values("timestamp", kind="stable")
    here.mkdir(parents=True, exist_ok=True)
    for name, share in parts.items():
        frame[: int(share * len(frame))].to_csv(here / f"{name}.csv", index=False)
    sources = {name: DataSource(str(here / f"{name}.csv")).read() for name in parts}
    recipe = get_recipe(model).with_settings({"counts": counts} | ({} if epochs is None else {"epochs": epochs}))
    first = train_once(recipe, sources["first"], here / "run-first", verbose=2)
    warm = train_once(warm_recipe(first.folder), sources["grown"], here / "run-warm", verbose=2)
    anew = train_once(recipe, sources["grown"], here / "run-anew", verbose=2)

    cut = int(grown_share * len(frame))
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
    _print_new_items(frame, cut, known, {"anew": anew, "from the first": warm})


def _print_new_items(frame: pd.DataFrame, cut: int, known: set[str], runs: dict[str, Run]) -> None:
    """NDCG@10 on the interactions from `cut` on with items that no row of the first run has, and one before it has."""
    joined = set(frame["item_id"][:cut]) - known
    chosen = frame["item_id"].isin(joined).to_numpy() & (np.arange(len(frame)) >= cut)
    chosen &= frame.groupby("user_id").cumcount().to_numpy() > 0  # who has a history
    of_user = {user: rows["item_id"].to_numpy(object) for user, rows in frame.groupby("user_id")}
    places = frame.groupby("user_id").cumcount()[chosen]
    users, items = frame["user_id"][chosen].to_numpy(object), frame["item_id"][chosen].to_numpy(object)
    if not len(users):
        print("\nnobody has a new item in what follows")
        return
    before = [of_user[user][:place] for user, place in zip(users, places, strict=True)]
    rows, lengths = np.arange(len(users)), [len(each) for each in before]
    values = {}
    for name, run in runs.items():
        model = run.model()
        encoded = model.vocabulary.encode(np.concatenate(before))
        histories = Histories.from_rows(np.repeat(rows, lengths), encoded, users).known()
        targets = Histories.from_rows(rows, model.vocabulary.encode(items), users)
        values[name] = evaluate(model, EvaluationCases(histories, targets), model.vocabulary).per_user("ndcg@10")
    anew, warm = values.values()
    codes, distinct = pd.factorize(items)
    low, high = percentile_interval(resampled(Ratios(codes, {"ratio": (warm, anew)}), len(distinct))[:, 0])
    print(
        f"\n{len(users):,} interactions with {len(distinct)} of {len(joined)} new items: NDCG@10 "
        f"{anew.mean():.4f} anew, {warm.mean():.4f} from the first: {warm.mean() / anew.mean():.2f} "
        f"[{low:.2f}, {high:.2f}] of it, resampling items"
    )


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
