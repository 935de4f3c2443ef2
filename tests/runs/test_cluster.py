"""Training by the processes of a cluster on the loopback address."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd

from tests import processes
from tests.runs import cluster_task
from tests.synthetic import cyclic_interactions
from tfrec_dl.families.run import Run

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 400  # after which a cluster that hangs has failed


class Cluster:
    """Starts tasks; all that are left are ended with it."""

    def __init__(self, stack: ExitStack, folder: Path, strategy: str, **tasks: int) -> None:
        self.stack, self.folder, self.strategy = stack, folder, strategy
        self.tasks = {kind: [f"127.0.0.1:{free_port()}" for _ in range(count)] for kind, count in tasks.items()}
        cyclic_interactions(120, 20, 10).to_csv(folder / "table.csv", index=False)

    def fork(self, kind: str, index: int, *arguments: str) -> BaseProcess:
        """Starts a task that is not restarted."""
        environment, log = self._environment(kind, index), self.folder / f"{kind}-{index}.log"
        process = processes.start(
            log, cluster_task.main, self.strategy, str(self.folder), *arguments, environment=environment
        )
        self.stack.callback(process.kill)
        return process

    def start(self, kind: str, index: int) -> subprocess.Popen:
        """Starts a task as a program, which may take its own place again."""
        log = self.stack.enter_context((self.folder / f"{kind}-{index}.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.runs.cluster_task", self.strategy, str(self.folder)],
            cwd=ROOT,
            env={**os.environ, **self._environment(kind, index)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self.stack.callback(process.kill)
        return process

    def _environment(self, kind: str, index: int) -> dict[str, str]:
        return {"TF_CONFIG": json.dumps({"cluster": self.tasks, "task": {"type": kind, "index": index}})}

    def log(self, kind: str, index: int) -> str:
        return (self.folder / f"{kind}-{index}.log").read_text(errors="replace")


def status(process: BaseProcess) -> int | None:
    """With which it ends; None where it does not."""
    process.join(SECONDS)
    return process.exitcode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_training_goes_on_after_a_worker_is_killed_and_started_again(tmp_path):
    with ExitStack() as stack:
        cluster = Cluster(stack, tmp_path, "multi-worker", worker=2)
        chief, killed = cluster.start("worker", 0), cluster.fork("worker", 1, "2")
        assert status(killed) == -signal.SIGKILL, cluster.log("worker", 1)
        again = cluster.fork("worker", 1)
        assert chief.wait(SECONDS) == 0, cluster.log("worker", 0)
        assert status(again) == 0, cluster.log("worker", 1)

    run, told = Run.open(tmp_path / "run"), cluster.log("worker", 0)
    assert run.metrics()["test/ndcg@10"] > 0.9
    assert pd.read_csv(run.folder / "history.csv")["epoch"].tolist() == [1, 2, 3, 4]
    assert "another task of the cluster was lost" in told
    # The epoch in which the worker was lost is all that is done twice.
    assert [told.count(f"Epoch {epoch}/4") for epoch in range(1, 5)] == [1, 2, 1, 1]


def test_workers_train_on_weights_that_parameter_servers_hold(tmp_path):
    with ExitStack() as stack:
        cluster = Cluster(stack, tmp_path, "parameter-server", chief=1, worker=2, ps=2)
        others = [cluster.fork(kind, index) for kind in ("worker", "ps") for index in range(2)]
        assert status(cluster.fork("chief", 0)) == 0, cluster.log("chief", 0)
        assert [status(each) for each in others] == [0, 0, 0, 0]

    assert Run.open(tmp_path / "run").metrics()["test/ndcg@10"] > 0.9
