"""Data larger than memory: `tfrec-dl prepare`, killed and continued, then training on the shards.

    python -m benchmarks.prepare [--rows 50000000 --users 2000000 --items 500000] [--steps 200]

1. Generates a log in Parquet: a hundred files, with each user's interactions spread over them.
2. Prepares it in a separate process, which is killed with SIGKILL in each of its passes and started again.
3. Compares every user's history in the shards with the log.
4. Reads the shards without training.
5. Trains `gru` on them for a whole pass, or for some steps of one.

All files are in `--folder`. A log that is already there is not generated again. Full size takes about 4 GB of disk.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
FILES = 100
RUN_LENGTH = 4  # items in a row that follow from each other
BLOCK = 8  # items that follow each other in a cycle, of like popularity
COMPARED = 8  # parts of the users, one after the other
GIB = 1 << 30


def engine(memory: str = "2GB"):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{memory}'; SET threads = 2; SET preserve_insertion_order = false")
    return connection


def generate(folder: Path, rows: int, users: int, items: int) -> None:
    """Writes the log: user and item ids as numbers and text, times in seconds.

    Histories have 3 items at least and an exponential tail. A run of four starts at an item drawn from Zipf's law and
    goes on in the cycle of its eight neighbours: half of all next items can be known.
    """
    if (folder / "done").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    connection = engine()
    uniform = "(hash({}) % 1000003) / 1000003.0"
    mean = rows / users - 3 + 0.5
    connection.execute(
        f"CREATE TABLE lengths AS SELECT range AS user, "
        f"CAST(4 + floor(-{mean - 1} * ln(1 - {uniform.format('range, 1')})) AS INTEGER) AS length FROM range({users})"
    )
    [(total,)] = connection.execute("SELECT sum(length) FROM lengths").fetchall()
    step = 1 if total < rows else -1
    while total != rows:  # exactly as many rows as asked for
        some = min(abs(rows - total), users)
        connection.execute(f"UPDATE lengths SET length = length + {step} WHERE user < {some} AND length + {step} >= 3")
        [(total,)] = connection.execute("SELECT sum(length) FROM lengths").fetchall()
    [(longest,)] = connection.execute("SELECT max(length) FROM lengths").fetchall()
    # Of file f: of each user the interactions f, f + 100, ...: everybody is in every file.
    drawn = uniform.format(f"user, place // {RUN_LENGTH}, 3")
    start = f"CAST(floor(exp({drawn} * ln({items}))) - 1 AS BIGINT)"
    item = f"start // {BLOCK} * {BLOCK} + (start + place % {RUN_LENGTH}) % {BLOCK}"
    for file in range(min(FILES, longest)):
        places = f"SELECT user, unnest(range({file}, length, {FILES})) AS place FROM lengths"
        connection.execute(
            f"COPY (SELECT user AS user_id, 'item ' || ({item}) AS item_id, "
            f"1700000000 + place * 3600 + hash(user, 2) % 3600 AS timestamp "
            f"FROM (SELECT user, place, {start} AS start FROM ({places}))) "
            f"TO '{folder}/part-{file:03d}.parquet' (FORMAT parquet)"
        )
    (folder / "done").touch()


class Watched:
    """A child process and the most memory it held."""

    def __init__(self, command: list[str]) -> None:
        self.peak = 0
        self.began = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(HOME), "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)

    def wait(self, kill_when: Callable[[], bool] | None = None) -> bool:
        """Until the process ends, or is killed; says whether it was."""
        while self.process.poll() is None:
            try:
                status = Path(f"/proc/{self.process.pid}/status").read_text()
                self.peak = max(
                    self.peak,
                    *(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")),
                )
            except (OSError, ValueError, TypeError):
                pass
            if kill_when is not None and kill_when():
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                return True
            time.sleep(0.1)
        if self.process.returncode:
            raise SystemExit(f"{self.process.args} ended with {self.process.returncode}")
        return False

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


def prepare(log: Path, out: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, float, int]]:
    """Prepares the log, killed in each pass: what was done, seconds, peak bytes."""
    command = [sys.executable, "-m", "benchmarks.prepare", "--child", "prepare", "--folder", str(arguments.folder)]
    command += ["--evaluation-users", str(arguments.evaluation_users), "--memory-limit", arguments.memory_limit]

    def finished(stage: str, pattern: str, share: float, of: int) -> Callable[[], bool]:
        return lambda: len(list((out / "work" / stage).glob(pattern))) >= share * of

    shutil.rmtree(out, ignore_errors=True)
    shards = max(8, -(-arguments.rows // 1_000_000))
    files = len(list(log.glob("*.parquet")))
    kills = {
        "killed while reading": finished("pieces", "*.json", 0.5, files),
        "killed while sorting": finished("lots", "*.parquet", 0.5, shards),
        "killed while writing": finished("facts", "*.json", 0.5, shards),
    }
    for name, when in {**kills, "finished": None}.items():
        child = Watched(command)
        killed = child.wait(when)
        if killed != (when is not None):
            raise SystemExit(f"{name}: it was {'' if killed else 'not '}killed; choose more rows")
        yield name, child.seconds, child.peak


def compare(log: Path, out: Path) -> str:
    """Compares every user's items, in order, in the shards and in the log."""
    import pyarrow as pa
    import pyarrow.parquet
    import tensorflow as tf

    from tfrec_dl.data.prepared.folder import PreparedFolder

    decoded = out.parent / "decoded"
    shutil.rmtree(decoded, ignore_errors=True)
    decoded.mkdir()
    one = {"user_id": tf.io.FixedLenFeature([], tf.string), "items": tf.io.RaggedFeature(tf.int64)}
    one |= {name: tf.io.FixedLenFeature([], tf.int64) for name in ("validation", "test")}
    folder = PreparedFolder.open(out)
    for path in folder.shards:
        batches = []
        for batch in (
            tf.data.TFRecordDataset(str(path)).batch(4096).map(lambda records: tf.io.parse_example(records, one))
        ):
            all_items = tf.concat([batch["items"], batch["validation"][:, None], batch["test"][:, None]], 1)
            lists = pa.ListArray.from_arrays(
                pa.array(all_items.row_splits.numpy(), pa.int32()), pa.array(all_items.values.numpy())
            )
            batches.append(pa.table({"user_id": pa.array(batch["user_id"].numpy(), pa.string()), "items": lists}))
        pyarrow.parquet.write_table(pa.concat_tables(batches), decoded / f"{path.stem}.parquet")

    connection = engine("3GB")
    connection.register("ids", pa.table({"item_id": pa.array(folder.vocabulary.ids, pa.string())}))
    connection.execute("CREATE TABLE vocabulary AS SELECT item_id, row_number() OVER () + 1 AS index FROM ids")
    same = users = rows = 0
    for part in range(COMPARED):
        logged = (
            f"SELECT CAST(user_id AS VARCHAR) AS user_id, list(coalesce(index, 1) ORDER BY timestamp) AS items "
            f"FROM '{log}/*.parquet' LEFT JOIN vocabulary USING (item_id) "
            f"WHERE user_id % {COMPARED} = {part} GROUP BY user_id"
        )
        held = f"FROM '{decoded}/*.parquet' WHERE CAST(user_id AS BIGINT) % {COMPARED} = {part}"
        [(found, both, number)] = connection.execute(
            "SELECT count(*), count(*) FILTER (l.items = d.items), sum(len(d.items)) "
            f"FROM ({logged}) l FULL JOIN ({held}) d ON l.user_id = d.user_id"
        ).fetchall()
        users, same, rows = users + found, same + both, rows + int(number)
    shutil.rmtree(decoded)
    if same != users or rows != folder.size["interactions"]:
        raise SystemExit(
            f"{users - same} of {users} users differ, {rows} interactions of {folder.size['interactions']}"
        )
    return f"{users:,} users with {rows:,} interactions: every history in the shards is that of the log, item by item"


def child_prepare(arguments: argparse.Namespace) -> None:
    import tfrec_dl

    config = tfrec_dl.data.PrepareConfig(
        (str(arguments.folder / "log"),),
        evaluation_users=arguments.evaluation_users,
        memory_limit=arguments.memory_limit,
    )
    tfrec_dl.prepare(config, arguments.folder / "prepared")


def recipe(arguments: argparse.Namespace):
    import tfrec_dl

    settings = {
        "counts": False,
        "training.epochs": 1,
        "training.steps_per_epoch": arguments.steps,
        "training.max_length": 100,
    }
    return tfrec_dl.get_recipe("gru").with_settings({**settings, "training.batch_size": arguments.batch_size})


def windows(arguments: argparse.Namespace):
    from tfrec_dl import PreparedSource
    from tfrec_dl.data import TrainingWindows
    from tfrec_dl.data.training.cuts import WindowConfig

    source = PreparedSource(str(arguments.folder / "prepared"))
    return source.read().split.batches(TrainingWindows, WindowConfig(100, 50, arguments.batch_size))


def child_train(arguments: argparse.Namespace) -> None:
    """Trains; prints a line of JSON: windows a second from the second tenth of the steps on, bytes of the model."""
    import tensorflow as tf

    import tfrec_dl

    steps = arguments.steps or windows(arguments).steps_per_epoch

    class Clock(tf.keras.callbacks.Callback):
        began = bytes = 0

        def on_train_batch_end(self, batch, logs=None):
            if batch == max(steps // 10, 1) - 1:
                self.began, self.computed = time.perf_counter(), time.process_time()
            if not (batch + 1) % 100:
                print(f"step {batch + 1:,} of {steps:,}: loss {logs['loss']:.4f}", file=sys.stderr, flush=True)
            if batch == steps - 1:
                self.took, self.computed = time.perf_counter() - self.began, time.process_time() - self.computed
                self.peak = peak_of_this()
                variables = {id(each): each for each in (*self.model.variables, *self.model.optimizer.variables)}
                self.bytes = sum(each.numpy().nbytes for each in variables.values())

    clock = Clock()
    folder = arguments.folder / "run"
    shutil.rmtree(folder, ignore_errors=True)
    source = tfrec_dl.PreparedSource(str(arguments.folder / "prepared"))
    run = tfrec_dl.train(recipe(arguments), source, folder, [clock], verbose=0)
    timed = (steps - max(steps // 10, 1)) * arguments.batch_size
    print(
        json.dumps(
            {
                "steps": steps,
                "windows/s": timed / clock.took,
                "windows/CPU s": timed / clock.computed,
                "model": clock.bytes,
                "peak of the steps": clock.peak,
                "validation": run.metrics()["validation/ndcg@10"],
            }
        )
    )


def child_read(arguments: argparse.Namespace) -> None:
    """Reads the batches of one pass; prints windows a second, from the second batch on."""
    batches = windows(arguments)
    read = 0
    for number, batch in enumerate(batches.dataset().take(batches.steps_per_epoch)):
        if not number:
            began = time.perf_counter()
        else:
            read += len(batch["history"])
    took = time.perf_counter() - began
    print(json.dumps({"windows/s": read / took, "windows": batches.window_count, "read": read, "peak": peak_of_this()}))


def peak_of_this() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--users", type=int, default=2_000_000)
    parser.add_argument("--items", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/benchmark-prepare"), help="folder for all files")
    parser.add_argument("--memory-limit", default="1GB", help="memory limit of DuckDB in prepare")
    parser.add_argument("--evaluation-users", type=int, default=2_000)
    parser.add_argument("--steps", type=int, help="training steps, instead of a whole pass")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--only", choices=["prepare", "train"], help="run this part only")
    parser.add_argument("--child", choices=["prepare", "train", "read"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        {"prepare": child_prepare, "train": child_train, "read": child_read}[arguments.child](arguments)
        return
    log, out = arguments.folder / "log", arguments.folder / "prepared"
    if arguments.only != "train":
        began = time.perf_counter()
        generate(log, arguments.rows, arguments.users, arguments.items)
        size = sum(file.stat().st_size for file in log.iterdir()) / GIB
        print(
            f"log: {arguments.rows:,} rows, {size:.2f} GiB of Parquet ({time.perf_counter() - began:.0f} s)\n",
            flush=True,
        )
        print("| prepare | seconds | peak RSS, GiB |\n|---|---|---|")
        for name, seconds, peak in prepare(log, out, arguments):
            print(f"| {name} | {seconds:.0f} | {peak / GIB:.2f} |", flush=True)
        print(f"\n{compare(log, out)}\n", flush=True)
    if arguments.only != "prepare":
        report_training(arguments)


def report_training(arguments: argparse.Namespace) -> None:
    results = {}
    same = ["--folder", str(arguments.folder), "--batch-size", str(arguments.batch_size)]
    same += ["--steps", str(arguments.steps)] if arguments.steps else []
    for name in ("read", "train"):
        child = Watched([sys.executable, "-m", "benchmarks.prepare", "--child", name, *same])
        child.wait()
        results[name] = json.loads(child.process.stdout.read().splitlines()[-1]) | {"whole peak": child.peak}
    read, train = results["read"], results["train"]
    print(f"| gru, max_length 100, batches of {arguments.batch_size} | |\n|---|---|")
    print(f"| windows a pass | {read['windows']:,} |")
    print(f"| input alone, windows/s (over {read['read']:,} windows) | {read['windows/s']:,.0f} |")
    print(f"| training, windows/s (over {train['steps']:,} steps) | {train['windows/s']:,.0f} |")
    print(f"| training, windows in a second of CPU time | {train['windows/CPU s']:,.0f} |")
    print(f"| input alone against training | {read['windows/s'] / train['windows/s']:.1f} |")
    print(f"| a pass of training takes at that rate, hours | {read['windows'] / train['windows/s'] / 3600:.2f} |")
    print(f"| peak RSS of input alone, GiB | {read['peak'] / GIB:.2f} |")
    print(f"| model and optimiser, GiB | {train['model'] / GIB:.2f} |")
    print(f"| peak RSS of the training's steps, GiB | {train['peak of the steps'] / GIB:.2f} |")
    print(f"| the same without the model | {(train['peak of the steps'] - train['model']) / GIB:.2f} |")
    print(f"| peak RSS with the evaluation, GiB | {train['whole peak'] / GIB:.2f} |")
    print(f"| validation NDCG@10 afterwards | {train['validation']:.4f} |")


if __name__ == "__main__":
    main()
