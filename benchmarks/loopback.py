"""A cluster of processes on this machine, each a task of TF_CONFIG, supervised as an orchestrator would do it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

Task = tuple[str, int]  # type and number, as in TF_CONFIG

POLL_SECONDS = 0.5
RESTARTS = 5  # of one task, after which something is wrong
PATIENCE_SECONDS = 10.0  # between asking a process to end and ending it


class Cluster:
    """Starts the tasks; one that ends with another status than 0 is started again. On leaving, all are ended.

    Args:
        tasks: type -> how many.
        command: a task's type -> what to run.
        logs: folder that gets a log of each task, "worker-0.log".
    """

    def __init__(self, tasks: Mapping[str, int], command: Callable[[str], Sequence[str]], logs: Path) -> None:
        self.tasks = [(kind, number) for kind, count in tasks.items() for number in range(count)]
        self.restarts: dict[Task, int] = dict.fromkeys(self.tasks, 0)
        self._command = command
        self._logs = logs
        ports = iter(_free_ports(len(self.tasks)))
        self._addresses = {kind: [f"127.0.0.1:{next(ports)}" for _ in range(count)] for kind, count in tasks.items()}
        self._processes: dict[Task, subprocess.Popen] = {}

    def __enter__(self) -> "Cluster":
        for task in self.tasks:
            self.log(task).unlink(missing_ok=True)
            self._start(task)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        running = [process for process in self._processes.values() if process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, task: Task) -> Path:
        """Where a task's output goes, that of all its processes one after the other."""
        return self._logs / f"{task[0]}-{task[1]}.log"

    def kill(self, task: Task) -> None:
        """SIGKILL; `wait` starts it again."""
        self._processes[task].send_signal(signal.SIGKILL)

    def ended(self) -> bool:
        """Whether all tasks have ended with status 0."""
        return all(process.poll() == 0 for process in self._processes.values())

    def wait(self, until: Callable[[], bool], seconds: float) -> None:
        """Waits, and starts again what fails.

        Raises:
            TimeoutError: when it takes longer than that, or a task fails again and again.
        """
        deadline = time.monotonic() + seconds
        while not until():
            for task, process in list(self._processes.items()):
                if process.poll() not in (None, 0):
                    self.restarts[task] += 1
                    if self.restarts[task] > RESTARTS:
                        raise TimeoutError(f"{task} fails again and again: see {self.log(task)}")
                    self._start(task)
            if time.monotonic() > deadline:
                raise TimeoutError(f"the cluster is not done after {seconds:.0f} s: see {self._logs}")
            time.sleep(POLL_SECONDS)

    def _start(self, task: Task) -> None:
        kind, number = task
        config = {"cluster": self._addresses, "task": {"type": kind, "index": number}}
        environment = {
            **os.environ,
            "TF_CONFIG": json.dumps(config),
            "CUDA_VISIBLE_DEVICES": "-1",
            "PYTHONUNBUFFERED": "1",  # what a killed process has printed is in its log
        }
        with self.log(task).open("ab") as log:
            self._processes[task] = subprocess.Popen(
                self._command(kind), stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
            )


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
