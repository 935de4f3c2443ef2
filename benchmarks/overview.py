"""One table and one picture of all recipes and baselines on all data sets, from leaderboards written with --out.

python -m benchmarks.defaults ml-100k --out runs/defaults/ml-100k.csv    # and the other data sets
python -m benchmarks.overview runs/defaults --plot docs/overview.png
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks.settings import DATA_SETS
from benchmarks.timing import print_table
from tfrec_dl.errors import InputError

METRIC = "ndcg@10"


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of leaderboards: NAME.csv for the data set NAME.")],
    plot: Annotated[Path | None, typer.Option(help="Also draw the picture into this file.")] = None,
) -> None:
    """Prints NDCG@10, its interval and the hit rate of each model on each data set."""
    boards = {name: pd.read_csv(file) for name in DATA_SETS if (file := folder / f"{name}.csv").exists()}
    if not boards:
        raise InputError(f"{folder} has no leaderboard of {', '.join(DATA_SETS)}: write some with --out.")
    print_table(
        ["model", *boards], [[name, *(cell(board, name) for board in boards.values())] for name in order(boards)]
    )
    if plot is not None:
        draw(boards, plot)
        print(f"plot: {plot}")


def order(boards: dict[str, pd.DataFrame]) -> list[str]:
    """All models; those with the highest share of a data set's best NDCG@10, averaged over those they are in, first."""
    shares = pd.concat([board.set_index("model")[METRIC] / board[METRIC].max() for board in boards.values()])
    return list(shares.groupby(level=0).mean().sort_values(ascending=False).index)


def cell(board: pd.DataFrame, name: str) -> str:
    """What one model reaches on one data set."""
    found = board[board["model"] == name]
    if found.empty:
        return ""
    row = found.iloc[0]
    return f"{row[METRIC]:.4f} [{row[f'{METRIC}/low']:.4f}, {row[f'{METRIC}/high']:.4f}], {row['hit_rate@10']:.4f}"


def draw(boards: dict[str, pd.DataFrame], path: Path) -> None:
    """A panel for each data set: NDCG@10 with its interval, networks apart from baselines by colour."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(boards), figsize=(3.4 * len(boards), 3.6), squeeze=False)
    for axes, (name, board) in zip(panels[0], boards.items(), strict=True):
        shown = board.sort_values(METRIC)
        value = shown[METRIC].to_numpy()
        sides = np.abs(shown[[f"{METRIC}/low", f"{METRIC}/high"]].to_numpy().T - value)
        colours = np.where(shown["family"] == "baseline", "silver", "tab:blue")
        axes.barh(shown["model"], value, xerr=sides, color=colours, error_kw={"lw": 1, "ecolor": "dimgrey"})
        axes.set_title(name, fontsize="medium")
        axes.tick_params(labelsize="small")
    figure.supxlabel("test NDCG@10 with 95 % interval; blue: networks, with no settings", fontsize="small")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    typer.run(main)
