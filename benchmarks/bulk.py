"""Recommendations for all users at once: users per second, memory, and recovery from kills.

    python -m benchmarks.bulk [--users 1000000 --items 100000] [--killed-users 1000000] [--processes 1] [--threads 1]

1. Writes the export of an untrained `gru` (the weights do not change the time) and a log of ten interactions per user.
   The log's files are ordered by time, so that every user appears in every file.
2. Runs `tfrec-dl recommend EXPORT --histories LOG` in a separate process and reports its seconds, CPU seconds and peak
   memory. From the latter the peak memory of a process that loads the export and answers one request is subtracted.
3. Before and after that, times the bare matrix product and top-k for as many queries at a time, on as many threads.
4. Kills the same command five times with SIGKILL, restarts it each time, and compares its rows with those of an
   uninterrupted run.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import typer

HERE = Path(__file__).parents[1]
FILES = 10  # interactions of a user, in the mean
K, K_MAX, WIDTH, ROWS = 20, 100, 64, 256
KILLS = 5
MIB = 1 << 20

app = typer.Typer()


@app.command()
def main(
    users: Annotated[int, typer.Option(help="Users in the log.", min=1)] = 1_000_000,
    items: Annotated[int, typer.Option(help="Items in the catalogue.", min=1_000)] = 100_000,
    killed_users: Annotated[
        int, typer.Option(help="Users in the log of the killed run; 0 skips that run.")
    ] = 1_000_000,
    processes: Annotated[int, typer.Option(min=1)] = 1,
    threads: Annotated[int, typer.Option(help="TensorFlow threads.", min=1)] = 1,
    folder: Annotated[Path, typer.Option(help="Folder for all files; files already there are reused.")] = Path(
        "/tmp/benchmark-bulk"
    ),
) -> None:
    """Prints users a second, memory, and what became of the rows after kills."""
    export = folder / f"export-{items}"
    if not export.exists():
        child("export", export, items)
    bare = [child("bare", items, threads, threads=threads)]
    loaded = child("load", export, threads=threads)["peak"]
    out, found = folder / "recommended.parquet", {}
    out.unlink(missing_ok=True)
    found = recommend(export, log_of(folder, users, items), out, processes, threads)
    bare.append(child("bare", items, threads, threads=threads))
    print(f"{users:,} users, {FILES * users:,} interactions, {items:,} items, k {K}, {processes} processes of ", end="")
    print(f"{threads} threads; {child('machine')['machine']}\n")
    before, after = bare
    print("| | users/s | users a CPU second |")
    print("|---|---:|---:|")
    print(f"| product and top-k, before | {1 / before['seconds']:,.0f} | {1 / before['cpu']:,.0f} |")
    print(f"| the command, whole | {users / found['seconds']:,.0f} | {users / found['cpu']:,.0f} |")
    print(f"| product and top-k, after | {1 / after['seconds']:,.0f} | {1 / after['cpu']:,.0f} |")
    for name, kind in (("seconds", "seconds"), ("CPU seconds", "cpu")):
        mean = (before[kind] + after[kind]) / 2
        print(f"\nof the bare product and top-k by {name}: {mean * users / found[kind]:.2f} (at least 0.5)")
    print(f"\npeak memory {found['peak'] / MIB:,.0f} MiB, with the export loaded {loaded / MIB:,.0f} MiB: ", end="")
    print(f"{(found['peak'] - loaded) / MIB:,.0f} MiB beyond the model (at most 2,048)", flush=True)
    print(f"\n{check_rows(out, users)}", flush=True)
    if killed_users:
        killed(export, folder, killed_users, users, items, found["seconds"] * killed_users / users, processes, threads)


def killed(
    export: Path,
    folder: Path,
    users: int,
    whole_users: int,
    items: int,
    seconds: float,
    processes: int,
    threads: int,
) -> None:
    """Kills the command at random moments, and compares its rows with those of a run that was not killed."""
    log, whole, out = log_of(folder, users, items), folder / "whole.parquet", folder / "killed.parquet"
    for path in (whole, out):
        path.unlink(missing_ok=True)
    if users == whole_users:
        (folder / "recommended.parquet").rename(whole)
    else:
        recommend(export, log, whole, processes, threads)
    draw, done = np.random.default_rng(0), []
    for _ in range(KILLS):
        process = start(export, log, out, processes, threads)
        time.sleep(10 + draw.uniform(0, 1) * seconds / KILLS)
        done.append(len(list((folder / ".killed.parquet.unfinished" / "parts").glob("*.parquet"))))
        if process.poll() is not None:
            raise SystemExit("it had ended before it was killed: take more users")
        process.kill()
        process.wait()
    recommend(export, log, out, processes, threads)
    print(f"\nkilled {KILLS} times, with {', '.join(map(str, done))} parts done: {check_rows(out, users)}")
    first, second = (pyarrow.parquet.read_table(path, columns=["user_id", "rank", "item_id"]) for path in (whole, out))
    print(f"the same rows in the same order as of a run that was not killed: {first.equals(second)}")


def check_rows(path: Path, users: int) -> str:
    """Every user has the places 1 to K, once."""
    table = pyarrow.parquet.read_table(path, columns=["user_id", "rank"])
    ids = table["user_id"].to_numpy().astype(str)
    places = table["rank"].to_numpy().reshape(-1, K)
    whole = (places == np.arange(1, K + 1)).all() and (ids.reshape(-1, K) == ids[::K, None]).all()
    distinct = len(np.unique(ids[::K]))
    return (
        f"{len(table):,} rows, {distinct:,} of {users:,} users, {'each' if whole else 'NOT each'} with {K} places once"
    )


def recommend(export: Path, log: Path, out: Path, processes: int, threads: int) -> dict[str, float]:
    """Seconds, CPU seconds and peak bytes of the command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process, peak = start(export, log, out, processes, threads), 0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, [process.pid, *children_of(process.pid)])))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"the command ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "cpu": cpu, "peak": peak}


def start(export: Path, log: Path, out: Path, processes: int, threads: int) -> subprocess.Popen:
    command = [
        sys.executable,
        "-c",
        "from tfrec_dl.cli import app; app()",
        "recommend",
        str(export),
        "--histories",
        str(log),
    ]
    command += ["--out", str(out), "-k", str(K), "--processes", str(processes)]
    return subprocess.Popen(command, env=environment(threads), cwd=HERE, stdout=subprocess.DEVNULL)


def environment(threads: int) -> dict[str, str]:
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    return {**os.environ, "PYTHONPATH": str(HERE), "TF_CPP_MIN_LOG_LEVEL": "3", **dict.fromkeys(names, str(threads))}


def resident(process: int) -> int:
    """Bytes that a process holds at the moment."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def children_of(process: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def log_of(folder: Path, users: int, items: int) -> Path:
    """A log of that many users; popular items are chosen more often."""
    log = folder / f"log-{users}"
    if log.exists():
        return log
    unfinished, draw = log.with_name(f"{log.name}.tmp"), np.random.default_rng(0)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for file in range(FILES):
        who = draw.permutation(users) if file == 0 else draw.integers(0, users, users)
        what = np.minimum((items ** draw.random(users)).astype(np.int64), items) - 1
        names = [pa.array(np.char.add("user-", who.astype(str))), pa.array(np.char.add("item-", what.astype(str)))]
        when = pa.array(1_700_000_000 + np.arange(users) + file * users)
        table = pa.table([*names, when], names=["user_id", "item_id", "timestamp"])
        pyarrow.parquet.write_table(table, unfinished / f"{file}.parquet")
    unfinished.rename(log)
    return log


def child(what: str, *arguments: object, threads: int = 1) -> dict:
    """What a process of its own prints."""
    command = [sys.executable, "-m", "benchmarks.bulk", what, *map(str, arguments)]
    printed = subprocess.run(command, env=environment(threads), cwd=HERE, check=True, capture_output=True, text=True)
    return json.loads(printed.stdout)


def make_export(dest: str, items: str) -> dict:
    """Writes the export of an untrained model."""
    from tfrec_dl.data.vocabulary import Vocabulary
    from tfrec_dl.recipes.named import get_recipe
    from tfrec_dl.retrieval.build import build_model
    from tfrec_dl.serving.export import export_saved_model

    ids = np.array([f"item-{item}" for item in range(int(items))], dtype=object)
    counts = (int(items) / np.arange(1, int(items) + 1)).astype(np.int64) + 1
    recipe = get_recipe("gru").with_settings({"dimension": WIDTH, "units": WIDTH})
    export_saved_model(build_model(recipe, Vocabulary(ids=ids, counts=counts)), Path(dest), k_max=K_MAX)
    return {}


def load_export(dest: str) -> dict:
    """Peak bytes of a process that has answered a request."""
    import tfrec_dl

    tfrec_dl.load(dest).recommend([["item-1"]], K)
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10}


def time_bare(items: str, threads: str, repeats: int = 60) -> dict:
    """Seconds a query of the product with all items and the best of them, as exports compute them."""
    from benchmarks.timing import use_threads

    use_threads(int(threads))
    import tensorflow as tf

    from tfrec_dl.serving.index import ItemIndex, top_k

    draw = np.random.default_rng(0)
    index = ItemIndex(draw.standard_normal((int(items) + 2, WIDTH + 1), dtype=np.float32))
    queries = tf.constant(draw.standard_normal((ROWS, WIDTH + 1), dtype=np.float32))
    nothing = tf.zeros([ROWS, 0], tf.int32)
    best = tf.function(lambda queries: top_k(index.scores(queries), nothing, K_MAX))
    for repeat in range(repeats + 3):
        if repeat == 3:
            began, computed = time.perf_counter(), time.process_time()
        best(queries)[1].numpy()
    count = repeats * ROWS
    return {"seconds": (time.perf_counter() - began) / count, "cpu": (time.process_time() - computed) / count}


def say_machine() -> dict:
    from benchmarks.timing import machine

    return {"machine": machine()}


CHILDREN = {"export": make_export, "load": load_export, "bare": time_bare, "machine": say_machine}

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in CHILDREN:
        print(json.dumps(CHILDREN[sys.argv[1]](*sys.argv[2:])))
    else:
        app()
