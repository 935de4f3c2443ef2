"""Predictions of Surprise 1.1.4's SVD++ on given splits: its defaults, and the best of a grid on the validation part.

    python benchmarks/external/surprise_svdpp.py --splits runs/review_ratings/splits --out runs/svdpp.json

The folder holds 0_train.csv, 0_validation.csv, 0_test.csv, 1_train.csv, ... with user, item and rating, and no header.
"""

import argparse
import csv
import itertools
import sys
from pathlib import Path

import command
from environment import enter

GRID = {"n_factors": (1, 5, 20), "n_epochs": (20, 40), "reg_all": (0.02, 0.1, 0.3), "lr_all": (0.001, 0.003, 0.007)}


def rows(path: Path) -> list[tuple[str, str, float]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(user, item, float(rating)) for user, item, rating in csv.reader(file)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="file for the predictions of the test parts (JSON)")
    parser.add_argument(
        "--venv", type=Path, default=command.HERE / ".venv-surprise", help="virtual environment; created if missing"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    enter(options.venv, command.HERE / "surprise_requirements.txt")

    import pandas as pd
    from surprise import Dataset, Reader, SVDpp

    parts = ("train", "validation", "test")
    result: dict[str, list] = {"svdpp": [], "svdpp_tuned": [], "chosen": []}
    for split in itertools.count():
        if not (options.splits / f"{split}_train.csv").is_file():
            break
        train, validation, test = (rows(options.splits / f"{split}_{part}.csv") for part in parts)
        rated = [rating for _, _, rating in train]
        frame = pd.DataFrame(train, columns=["user", "item", "rating"])
        data = Dataset.load_from_df(frame, Reader(rating_scale=(min(rated), max(rated)))).build_full_trainset()

        def predicted(part: list, data=data, **settings) -> list[float]:
            model = SVDpp(random_state=options.seed, **settings).fit(data)
            return [model.predict(user, item).est for user, item, _ in part]

        def error(settings: dict, validation=validation, predicted=predicted) -> float:
            pairs = zip(predicted(validation, **settings), validation, strict=True)
            return sum((guess - rating) ** 2 for guess, (_, _, rating) in pairs) / len(validation)

        grid = (dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values()))
        best = min(grid, key=error)
        result["svdpp"].append(predicted(test))
        result["svdpp_tuned"].append(predicted(test, **best))
        result["chosen"].append(best)
        print(f"split {split}: {best}", file=sys.stderr, flush=True)
    command.write_json(options.out, result)


if __name__ == "__main__":
    main()
