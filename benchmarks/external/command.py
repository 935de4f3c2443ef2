"""The options shared by the benchmarks of other libraries, and their result file."""

import argparse
import json
import math
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED_DATA = HERE.parents[2] / "shared" / "data"


def parser(description: str, data: Path, environment: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, default=data, help="CSV with the columns user_id, item_id, timestamp")
    made.add_argument("--out", type=Path, required=True, help="result file (JSON); working files go beside it")
    made.add_argument("--venv", type=Path, default=HERE / environment, help="virtual environment; created if missing")
    made.add_argument("--threads", type=int, default=2)
    made.add_argument("--epochs", type=int, default=200, help="maximum number of passes")
    made.add_argument(
        "--patience", type=int, default=10, help="stop after this many passes without a better validation NDCG@10"
    )
    made.add_argument("--target", type=float, default=math.inf, help="stop at this validation NDCG@10")
    made.add_argument("--seconds", type=float, default=math.inf, help="maximum training time, checked after each pass")
    made.add_argument("--batches", type=int, help="batches per pass, for a smoke test")
    made.add_argument("--seed", type=int, default=2020)
    return made


def parse(made: argparse.ArgumentParser) -> argparse.Namespace:
    options = made.parse_args()
    options.data, options.out = options.data.resolve(), options.out.resolve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


def write_json(path: Path, content: dict) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1) + "\n")
    os.replace(part, path)
