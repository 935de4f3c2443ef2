"""Warm-up requests, which TF Serving runs when it loads a version, before clients use it.

Format: https://www.tensorflow.org/tfx/serving/saved_model_warmup, a TFRecord file of `PredictionLog` messages.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.signature import Signature

WARM_UP_FILE = Path("assets.extra", "tf_serving_warmup_requests")
BATCH_SIZES = (1, 8)


def warm_up_requests(name: str, signatures: Sequence[Signature], longest: int) -> list[Any]:
    """Returns requests to all signatures and their names, for each of `BATCH_SIZES`, with full, short and no histories.

    Args:
        name: name of the model in TF Serving.
        signatures: signatures to warm up.
        longest: number of items in a full history, and of candidates to rank.

    Returns:
        `tensorflow_serving.apis.predict_pb2.PredictRequest` messages.
    """
    return [
        _request(name, called, signature.example(rows, length))
        for signature in signatures
        for called in (signature.name, *signature.also)
        for rows in BATCH_SIZES
        for length in sorted({1, longest} if signature.reads_histories else {1})
    ]


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


def _request(name: str, signature: str, inputs: Mapping[str, np.ndarray]) -> Any:
    from tensorflow_serving.apis import predict_pb2

    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request
