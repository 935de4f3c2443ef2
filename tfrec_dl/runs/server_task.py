"""Cluster tasks that wait for the chief: workers and parameter servers that only serve."""

import time
from pathlib import Path

import tensorflow as tf

from tfrec_dl.runs.strategies import task

POLL_SECONDS = 2.0


def serve(run: Path | str) -> None:
    """Serves the chief of a parameter-server cluster, as the worker or parameter server that TF_CONFIG names.

    Args:
        run: folder of the chief's run; the function returns once that run is finished.

    Raises:
        InputError: if TF_CONFIG cannot be read.
    """
    kind, number = task()
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    server = tf.distribute.Server(resolver.cluster_spec(), job_name=kind, task_index=number, protocol="grpc")
    wait_until_finished(Path(run))
    del server


def wait_until_finished(folder: Path) -> None:
    """Waits until the run in a folder is finished, whichever process trains it."""
    while not (folder / "metrics.json").exists():
        time.sleep(POLL_SECONDS)
