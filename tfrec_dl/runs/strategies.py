"""Devices and machines for training: `tf.distribute` strategies by name, and the input each one needs."""

import json
import os
from functools import cache
from typing import Any, Literal, get_args

import tensorflow as tf

from tfrec_dl.data.training.batches import Batches, Part
from tfrec_dl.errors import InputError

StrategyName = Literal["none", "mirrored", "multi-worker", "parameter-server", "tpu"]
STRATEGIES: tuple[StrategyName, ...] = get_args(StrategyName)

# Tables of at least two such parts are split among parameter servers. Network kernels are not, because a split kernel
# is put together again at every use.
SHARD_BYTES = 256 * 1024
EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
PARAMETER_SERVER_EXAMPLE = (
    '{"cluster": {"chief": ["host0:2222"], "worker": ["host1:2222"], "ps": ["host2:2222"]}, '
    '"task": {"type": "chief", "index": 0}}'
)


def make_strategy(name: StrategyName) -> tf.distribute.Strategy:
    """Returns a strategy for `train(..., strategy=...)`, or for building a model in its scope for `fit`.

    "multi-worker" and "parameter-server" read the cluster from the environment variable TF_CONFIG. They must be created
    before TensorFlow computes anything in this process, and they wait for the other tasks. The batch size is always
    that of the global batch.

    Args:
        name: "none" for one device; "mirrored" for all GPUs of this machine, or its logical CPUs if it has no GPU, with
            the same strategy returned each time; "multi-worker" for all workers of a cluster, in step;
            "parameter-server" for a cluster whose parameter servers hold the weights while each worker runs at its own
            pace (call this in the chief, and `serve` in the other tasks); "tpu" for the TPU that the environment names.

    Raises:
        InputError: if the name is unknown, TF_CONFIG is missing or does not fit, or the TPU is not available.
    """
    if name not in STRATEGIES:
        raise InputError(f"no strategy is called {name!r}: choose one of {', '.join(STRATEGIES)}.")
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return _mirrored(tuple(device.name for device in devices))
    if name == "multi-worker":
        _require_task(name, EXAMPLE, "worker")
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "parameter-server":
        if _require_task(name, PARAMETER_SERVER_EXAMPLE, "chief", "worker", "ps") != "chief":
            raise InputError(
                "this task is not the chief: call serve() in it, or `tfrec-dl train` with the chief's options."
            )
        return tf.distribute.ParameterServerStrategy(
            tf.distribute.cluster_resolver.TFConfigClusterResolver(),
            variable_partitioner=tf.distribute.experimental.partitioners.MinSizePartitioner(
                SHARD_BYTES, max_shards=_tasks("ps")
            ),
        )
    if name == "tpu":
        return _tpu()
    return one_device()


def one_device() -> tf.distribute.Strategy:
    """Returns the strategy for a single device.

    Raises:
        InputError: if called inside the scope of another strategy.
    """
    if tf.distribute.has_strategy():
        raise InputError("this is called inside a strategy's scope: call it outside, and pass strategy=... instead.")
    return tf.distribute.get_strategy()


def task() -> tuple[str, int]:
    """Returns type and number of this process's task in TF_CONFIG's cluster; ("", 0) if there is no cluster."""
    found = _tf_config().get("task", {})
    return str(found.get("type", "")), int(found.get("index", 0))


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the run, as all do except non-chief workers of a "multi-worker" cluster."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return True
    kind, number = task()
    return kind == "chief" or (kind == "worker" and number == 0 and not _tasks("chief"))


def is_asynchronous(strategy: tf.distribute.Strategy) -> bool:
    """Whether workers train at their own pace on weights that parameter servers hold."""
    return isinstance(strategy, tf.distribute.ParameterServerStrategy)


def training_input(batches: Batches, first_step: int, strategy: tf.distribute.Strategy) -> Any:
    """Returns the input of `model.fit` for a model built under the strategy; each pass reads every window exactly once.

    Args:
        batches: global batches.
        first_step: step at which training continues.
        strategy: strategy of the model.
    """
    if is_asynchronous(strategy):
        workers = _tasks("worker")

        def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            worker = tf.distribute.coordinator.experimental_get_current_worker_index()
            return batches.dataset(first_step, Part(worker=worker, workers=workers))

        return tf.keras.utils.experimental.DatasetCreator(of_worker)
    if strategy.num_replicas_in_sync == 1:
        return batches.dataset(first_step)

    def of_replicas(context: tf.distribute.InputContext) -> tf.data.Dataset:
        replicas = context.num_replicas_in_sync // context.num_input_pipelines
        part = Part(context.input_pipeline_id * replicas, replicas, context.num_replicas_in_sync)
        return batches.dataset(first_step, part)

    return strategy.distribute_datasets_from_function(of_replicas)


def _require_task(name: str, example: str, *kinds: str) -> str:
    """Returns the type of this process's task.

    Raises:
        InputError: if TF_CONFIG is missing, or its cluster lacks one of the required task types.
    """
    cluster = _tf_config().get("cluster", {})
    kind, _ = task()
    if not kind or any(not cluster.get(each) for each in kinds):
        raise InputError(
            f"strategy {name!r} needs a cluster with {', '.join(kinds)} and a task in the environment variable "
            f"TF_CONFIG, which is {os.environ.get('TF_CONFIG')!r:.200}: set it in each process, for example to "
            f"{example}."
        )
    return kind


def _tf_config() -> dict[str, Any]:
    text = os.environ.get("TF_CONFIG") or "{}"
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"TF_CONFIG is {text!r:.200}, which is not JSON ({error}): write for example {EXAMPLE}."
        ) from error
    if not isinstance(config, dict):
        raise InputError(f"TF_CONFIG is {text!r:.200}: it has to be an object, for example {EXAMPLE}.")
    return config


def _tasks(kind: str) -> int:
    return len(_tf_config().get("cluster", {}).get(kind, ()))


@cache
def _mirrored(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    # Two strategies in one process number their exchanges between replicas identically, and fail with mismatched
    # shapes.
    return tf.distribute.MirroredStrategy(devices)


def _tpu() -> tf.distribute.Strategy:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
    except (ValueError, tf.errors.OpError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise InputError(f"no TPU is found ({reason}): set TPU_NAME, or choose another strategy.") from error
    return tf.distribute.TPUStrategy(resolver)
