"""Warm-up requests: TF Serving runs them when it loads a version, before it sends clients there.

Format: https://www.tensorflow.org/tfx/serving/saved_model_warmup, a TFRecord file of `PredictionLog` messages.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.errors import InputError

WARM_UP_FILE = Path("assets.extra", "tf_serving_warmup_requests")
BATCH_SIZES = (1, 8)
PICTURE = (64, 64)  # height and width in pixels


def require_serving_protos() -> None:
    """Raises InputError unless `tensorflow-serving-api` is installed."""
    try:
        import tensorflow_serving.apis  # noqa: F401
    except ImportError as error:
        raise InputError(
            'an export needs the package tensorflow-serving-api for its warm-up: pip install "tfrec_dl[serving]".'
        ) from error


def warm_up_requests(
    name: str, signatures: Mapping[str, Any], item_ids: Sequence[str], max_length: int | None
) -> list[Any]:
    """Requests for every signature, at each of `BATCH_SIZES`, with full, short and empty histories.

    A request to rank has as many candidates as items in the history.

    Args:
        name: of the model in TF Serving.
        signatures: the concrete functions by signature name.
        item_ids: some items, most popular first.
        max_length: items of a history that the encoder reads; None for all.

    Returns:
        `tensorflow_serving.apis.predict_pb2.PredictRequest` messages.
    """
    requests = []
    for signature, function in signatures.items():
        args, kwargs = function.structured_input_signature
        specs = {spec.name: spec for spec in args} | kwargs
        has_history = "history" in specs or "history_vectors" in specs
        lengths = sorted({1, max_length or len(item_ids)}) if has_history else [1]
        for rows in BATCH_SIZES:
            for length in lengths:
                inputs = {key: _example(key, spec, rows, length, item_ids) for key, spec in specs.items()}
                requests.append(_request(name, signature, inputs))
    return requests


def write_warm_up(path: Path, requests: Iterable[Any]) -> None:
    """Writes `PredictRequest` messages as the warm-up file of a version."""
    from tensorflow_serving.apis import prediction_log_pb2

    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
            writer.write(log.SerializeToString())


def read_warm_up(path: Path) -> list[Any]:
    """The `PredictRequest` messages of a warm-up file."""
    from tensorflow_serving.apis import prediction_log_pb2

    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    return [prediction_log_pb2.PredictionLog.FromString(record).predict_log.request for record in records]


def _example(key: str, spec: tf.TensorSpec, rows: int, length: int, item_ids: Sequence[str]) -> tf.Tensor:
    """A value of an input; of several histories the first is a new user's."""
    some = [item_ids[place % len(item_ids)] for place in range(max(length, rows))]
    if key == "history":
        return tf.constant([[""] * length if rows > 1 and row == 0 else some[:length] for row in range(rows)])
    if key == "history_vectors":
        is_known = tf.range(rows) > (0 if rows > 1 else -1)
        return tf.fill([rows, length, spec.shape[2]], 0.1) * tf.cast(is_known, tf.float32)[:, None, None]
    if key == "exclude":
        return tf.constant([[item_ids[0]]] * rows)
    if key == "item_ids":
        return tf.constant(some[:rows] if spec.shape.rank == 1 else [some[:length]] * rows)
    if spec.shape.rank == 4:
        return tf.fill([rows, *PICTURE, 3], tf.constant(128, spec.dtype))
    shape = [rows, length][: spec.shape.rank]
    return tf.fill(shape, tf.constant("some words" if spec.dtype == tf.string else 1.0, spec.dtype))


def _request(name: str, signature: str, inputs: Mapping[str, tf.Tensor]) -> Any:
    from tensorflow_serving.apis import predict_pb2

    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value.numpy(), value.dtype))
    return request
