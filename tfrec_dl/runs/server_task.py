"""The tasks of a parameter-server cluster that only serve: workers and parameter servers."""

import time
from pathlib import Path

import tensorflow as tf

from tfrec_dl.runs.strategies import task

POLL_SECONDS = 2.0


def serve(run: Path | str) -> None:
    """Serves the chief of a parameter-server cluster as the worker or parameter server that TF_CONFIG names.

    Args:
        run: folder of the chief's run; returns once that is finished.

    Raises:
        InputError: for a TF_CONFIG that cannot be read.
    """
    kind, number = task()
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    server = tf.distribute.Server(resolver.cluster_spec(), job_name=kind, task_index=number, protocol="grpc")
    while not (Path(run) / "metrics.json").exists():
        time.sleep(POLL_SECONDS)
    del server
