"""Drift detection on MovieLens-100K: tables shifted by hand, and resamples without a shift.

    python -m benchmarks.drift [--run RUNS/gru] [--resamples 20] [--sizes 0,100]

The recipe `gru` is trained for a few epochs on a random half of the users and exported. Today's tables come from the
other half, which the model has never seen: unchanged, shifted in one respect at a time, and resampled with replacement.
With --run, the export is of a finished run on the whole table, and today's tables contain all users.
"""

import logging
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

import tfrec_dl
from benchmarks.timing import machine
from tfrec_dl.drift import measure_drift
from tfrec_dl.drift.report import DriftReport

TABLE = Path("../shared/data/ml-100k/ratings.csv.gz")
SEED = 0
EPOCHS = 4


def main(
    data: Annotated[Path, typer.Option(help="Table of interactions.")] = TABLE,
    run: Annotated[
        Path | None, typer.Option(help="Finished run on the whole table, instead of a new training.")
    ] = None,
    resamples: Annotated[int, typer.Option(min=1)] = 20,
    sizes: Annotated[str, typer.Option(help="Comma-separated numbers of users in a resample; 0 for all.")] = "0,100",
) -> None:
    """Prints what is flagged."""
    logging.getLogger("tfrec_dl").setLevel(logging.ERROR)
    table = pd.read_csv(data, dtype={"user_id": str, "item_id": str})[["user_id", "item_id", "timestamp"]]
    table = table.sort_values(["user_id", "timestamp"], kind="stable", ignore_index=True)
    draw = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if run is None:
            ids = table["user_id"].unique()
            seen = table["user_id"].isin(draw.permutation(ids)[: len(ids) // 2])
            table[seen].to_csv(folder / "trained.csv", index=False)
            trained = tfrec_dl.train(
                tfrec_dl.get_recipe("gru").with_settings({"epochs": EPOCHS}),
                tfrec_dl.DataSource(str(folder / "trained.csv")),
                folder / "run",
                verbose=0,
            )
            table = table[~seen].reset_index(drop=True)
        else:
            trained = tfrec_dl.open_run(run)
        export = tfrec_dl.export(trained, folder / "export")
        known = table["user_id"].nunique()
        print(f"{data}, {known} users of today; {machine()}\n")
        print("| today's table | " + " | ".join(MEASURES) + " | flagged |\n|---|" + "---:|" * len(MEASURES) + "---|")
        for what, shift in SHIFTS.items():
            show(what, report_of(export, shift(table, draw), folder))
        for size in map(int, sizes.split(",")):
            of = size or known
            found = [report_of(export, resampled(table, of, draw), folder) for _ in range(resamples)]
            flagged = [each for each in found if each.flagged]
            most = {name: max(each.measures[name].drift for each in found) for name in MEASURES}
            cells = " | ".join(f"{most[name]:.4f}" for name in MEASURES)
            names = ", ".join(sorted({name for each in flagged for name in each.flagged}))
            print(
                f"| {resamples} resamples of {of} users, the most | {cells} | "
                f"{len(flagged)} of {resamples}{f': {names}' if names else ''} |",
                flush=True,
            )


def as_it_is(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """The table."""
    return table


def other_items_popular(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Half of the interactions are with an item drawn from all alike."""
    items = table["item_id"].unique()
    others = draw.choice(items, len(table))
    return table.assign(item_id=np.where(draw.random(len(table)) < 0.5, others, table["item_id"]))


def one_hit(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """A quarter of the interactions are with one item, of middling popularity before."""
    counts = table["item_id"].value_counts()
    return table.assign(item_id=np.where(draw.random(len(table)) < 0.25, counts.index[300], table["item_id"]))


def new_items(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """A tenth of the interactions are with 50 items that are new."""
    news = np.char.add("new-", draw.integers(0, 50, len(table)).astype(str))
    return table.assign(item_id=np.where(draw.random(len(table)) < 0.1, news, table["item_id"]))


def longer_histories(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Everybody did besides what another user did before: twice as long, the same items."""
    others = draw.permutation(table["user_id"].unique())
    names = dict(zip(others, np.roll(others, 1), strict=True))
    before = table.assign(user_id=table["user_id"].map(names), timestamp=table["timestamp"] - 10**9)
    return pd.concat([before, table])


def shorter_histories(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """The last 15 interactions of everybody alone, as of a log that was cut."""
    return table.groupby("user_id").tail(15)


def other_tastes(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Items are dealt anew among all interactions: as popular and as many as before, of nobody's taste."""
    return table.assign(item_id=draw.permutation(table["item_id"].to_numpy()))


def resampled(table: pd.DataFrame, users: int, draw: np.random.Generator) -> pd.DataFrame:
    """Users drawn with replacement, each under a name of their own."""
    rows = table.groupby("user_id").indices
    chosen = draw.choice(np.array(list(rows), dtype=object), users)
    found = table.iloc[np.concatenate([rows[user] for user in chosen])]
    return found.assign(user_id=np.repeat(np.arange(users), [len(rows[user]) for user in chosen]))


MEASURES = ("unknown_items", "popularity", "history_lengths", "coverage", "ndcg", "hit_rate")
SHIFTS = {
    "as it is": as_it_is,
    "popularity: half of it drawn from all items alike": other_items_popular,
    "popularity: one item has a quarter": one_hit,
    "a tenth with new items": new_items,
    "histories twice as long": longer_histories,
    "the last 15 interactions of each user": shorter_histories,
    "items dealt anew": other_tastes,
}


def report_of(export: Path, table: pd.DataFrame, folder: Path) -> DriftReport:
    """What has drifted in a table."""
    today = folder / "today.parquet"
    table.astype({"user_id": str}).to_parquet(today, index=False)
    return measure_drift(export.parent, today)


def show(what: str, report: DriftReport) -> None:
    """Prints a line of drifts."""
    cells = " | ".join(f"{report.measures[name].drift:.4f}" for name in MEASURES)
    print(f"| {what} | {cells} | {', '.join(report.flagged) or 'nothing'} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
