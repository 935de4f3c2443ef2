"""Predictions of Surprise 1.1.4's matrix factorizations for the test parts of given splits.

    python benchmarks/external/surprise_ratings.py --splits runs/splits --models '{"SVD++": {}}' --out found.json

The folder holds 0_train.csv, 0_test.csv, 1_train.csv, ... with user, item and rating, and no header.
"""

import argparse
import itertools
import json
import sys
import time
from functools import partial
from pathlib import Path

import command
from environment import enter
from surprise_svdpp import rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="file for the predictions of the test parts (JSON)")
    parser.add_argument(
        "--models", type=json.loads, required=True, help="JSON that maps names such as SVD to non-default settings"
    )
    parser.add_argument(
        "--venv", type=Path, default=command.HERE / ".venv-surprise", help="virtual environment; created if missing"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    enter(options.venv, command.HERE / "surprise_requirements.txt")

    import pandas as pd
    from surprise import SVD, Dataset, Reader, SVDpp

    result: dict[str, list] = {name: [] for name in options.models}
    for split in itertools.count():
        if not (options.splits / f"{split}_train.csv").is_file():
            break
        train, test = (rows(options.splits / f"{split}_{part}.csv") for part in ("train", "test"))
        rated = [rating for _, _, rating in train]
        frame = pd.DataFrame(train, columns=["user", "item", "rating"])
        data = Dataset.load_from_df(frame, Reader(rating_scale=(min(rated), max(rated)))).build_full_trainset()
        for name, settings in options.models.items():
            start = time.perf_counter()
            kind = partial(SVDpp, cache_ratings=True) if name.startswith("SVD++") else SVD  # faster, the same
            model = kind(random_state=options.seed, **settings).fit(data)
            result[name].append([model.predict(user, item).est for user, item, _ in test])
            print(f"split {split}: {name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    command.write_json(options.out, result)


if __name__ == "__main__":
    main()
