"""Seconds and peak memory from a file of interactions to the first training batch.

    python benchmarks/data_loading.py [--rows 20000000] [--skip-batch]

Measures ML-1M (if ../shared/data/ml-1m exists) and a synthetic log of `--rows` interactions, in CSV and in Parquet.
Each file is measured in a separate process, which prints one line per stage. The log is ordered by time, as logs are,
and has a million users and 200,000 items, whose popularity falls with rank.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

HOME = Path(__file__).resolve().parent.parent
ML_1M = HOME.parent / "shared/data/ml-1m/ratings.csv.gz"
USERS, ITEMS, CHUNK = 1_000_000, 200_000, 1_000_000


def write_log(folder: Path, rows: int) -> list[Path]:
    """Writes the same synthetic log as CSV and as Parquet."""
    numbers = {"timestamp": pa.int64(), "rating": pa.float32()}
    schema = pa.schema({"user_id": pa.string(), "item_id": pa.string()} | numbers)
    paths = [folder / "log.csv", folder / "log.parquet"]
    generator = np.random.default_rng(0)
    with pyarrow.csv.CSVWriter(paths[0], schema) as csv, pyarrow.parquet.ParquetWriter(paths[1], schema) as parquet:
        for start in range(0, rows, CHUNK):
            size = min(CHUNK, rows - start)
            users = (USERS * generator.random(size) ** 2).astype(int)
            items = (ITEMS * generator.random(size) ** 3).astype(int)
            columns = {
                "user_id": pa.array(users).cast(pa.string()),
                "item_id": pa.array(items).cast(pa.string()),
                "timestamp": 1_500_000_000 + np.arange(start, start + size) // 3,
                "rating": generator.integers(1, 6, size).astype(np.float32),
            }
            chunk = pa.table(columns, schema=schema)
            csv.write_table(chunk)
            parquet.write_table(chunk)
    return paths


def measure(path: Path, batch: bool) -> dict[str, float]:
    """Loads, splits and takes a batch in this process: stage -> seconds, and the peak memory in GiB."""
    result: dict[str, float] = {}
    started = time.perf_counter()

    def done(stage: str) -> None:
        nonlocal started
        result[stage] = time.perf_counter() - started
        result[f"peak GiB after {stage}"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        started = time.perf_counter()

    from tfrec_dl.data.interactions import Interactions
    from tfrec_dl.data.splits.leave_last_out import leave_last_out

    if batch:
        from tfrec_dl.data.training.cuts import WindowConfig
        from tfrec_dl.data.training.windows import TrainingWindows
    done("import")
    interactions = Interactions.read(path)
    done("read")
    interactions.fingerprint()
    done("fingerprint")
    split = leave_last_out(interactions)
    done("split")
    if batch:
        next(iter(TrainingWindows(split.train, WindowConfig()).dataset()))
        done("first batch")
    shape = {"rows": len(interactions), "users": len(interactions.user_ids), "items": len(interactions.item_ids)}
    return result | shape


def report(path: Path, batch: bool) -> None:
    """Measures in a child process, so that the peak is this file's alone, and prints."""
    command = [sys.executable, __file__, "--measure", str(path)] + ([] if batch else ["--skip-batch"])
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HOME).stdout.splitlines()[-1])
    shape = ", ".join(f"{result.pop(name):,} {name}" for name in ("rows", "users", "items"))
    print(f"{path.name}: {path.stat().st_size / 2**20:,.0f} MiB, {shape}")
    stages = [name for name in result if not name.startswith("peak")]
    for stage in stages:
        print(f"  {stage:12} {result[stage]:7.2f} s   peak so far {result[f'peak GiB after {stage}']:5.2f} GiB")
    print(f"  {'file to end':12} {sum(result[stage] for stage in stages[1:]):7.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows of the synthetic log; 0 skips it")
    parser.add_argument("--skip-batch", action="store_true", help="stop after the split, without TensorFlow")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        sys.path.insert(0, str(HOME))
        print(json.dumps(measure(arguments.measure, not arguments.skip_batch)))
        return
    if ML_1M.exists():
        report(ML_1M, not arguments.skip_batch)
    else:
        print(f"no {ML_1M}: ML-1M left out")
    if arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            for path in write_log(Path(folder), arguments.rows):
                report(path, not arguments.skip_batch)


if __name__ == "__main__":
    main()
