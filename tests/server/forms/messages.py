"""Messages of TF Serving's gRPC services, made of Python values."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.core.example import example_pb2
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    input_pb2,
    model_pb2,
    predict_pb2,
    regression_pb2,
)

FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int8": "int_val",
    "int16": "int_val",
    "int32": "int_val",
    "uint8": "int_val",
    "int64": "int64_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
    "bool": "bool_val",
    "string": "string_val",
}


def tensor(dtype: str, values: Sequence[Any], shape: Sequence[int] | None = None) -> Any:
    """A `TensorProto`; without a shape a list."""
    proto = tensor_pb2.TensorProto(dtype=tf.as_dtype(dtype).as_datatype_enum)
    proto.tensor_shape.SetInParent()
    for size in [len(values)] if shape is None else shape:
        proto.tensor_shape.dim.add(size=size)
    getattr(proto, FIELDS[dtype]).extend(values)
    return proto


def spec(name: str, signature: str = "", version: int | None = None, label: str = "") -> Any:
    """A `ModelSpec`."""
    found = model_pb2.ModelSpec(name=name, signature_name=signature)
    if version is not None:
        found.version.value = version
    if label:
        found.version_label = label
    return found


def predict(model: Any, outputs: Sequence[str] = (), **inputs: Any) -> Any:
    """A `PredictRequest`."""
    request = predict_pb2.PredictRequest(model_spec=model, output_filter=outputs)
    for name, each in inputs.items():
        request.inputs[name].CopyFrom(each)
    return request


def predicted(model: Any, **outputs: Any) -> Any:
    """A `PredictResponse`."""
    response = predict_pb2.PredictResponse(model_spec=model)
    for name, each in outputs.items():
        response.outputs[name].CopyFrom(each)
    return response


def example(**features: Sequence[Any]) -> Any:
    """A `tf.Example` with lists of floats, texts or whole numbers."""
    found = example_pb2.Example()
    for name, values in features.items():
        feature = found.features.feature[name]
        kinds = {float: feature.float_list, str: feature.bytes_list, int: feature.int64_list}
        kinds[type(values[0])].value.extend(each.encode() if isinstance(each, str) else each for each in values)
    return found


def examples(*each: Any, context: Any = None) -> Any:
    """An `Input`."""
    if context is None:
        return input_pb2.Input(example_list=input_pb2.ExampleList(examples=each))
    return input_pb2.Input(example_list_with_context=input_pb2.ExampleListWithContext(examples=each, context=context))


def classify(model: Any, given: Any = None) -> Any:
    """A `ClassificationRequest`."""
    return classification_pb2.ClassificationRequest(model_spec=model, input=given)


def classes(*rows: Sequence[tuple[str, float]]) -> Any:
    """A `ClassificationResult`."""
    result = classification_pb2.ClassificationResult()
    for row in rows:
        answer = result.classifications.add()
        for label, score in row:
            answer.classes.add(label=label, score=score)
    return result


def classified(model: Any, *rows: Sequence[tuple[str, float]]) -> Any:
    """A `ClassificationResponse`."""
    return classification_pb2.ClassificationResponse(model_spec=model, result=classes(*rows))


def regress(model: Any, given: Any = None) -> Any:
    """A `RegressionRequest`."""
    return regression_pb2.RegressionRequest(model_spec=model, input=given)


def values(*each: float) -> Any:
    """A `RegressionResult`."""
    return regression_pb2.RegressionResult(regressions=[regression_pb2.Regression(value=value) for value in each])


def regressed(model: Any, *each: float) -> Any:
    """A `RegressionResponse`."""
    return regression_pb2.RegressionResponse(model_spec=model, result=values(*each))


def infer(given: Any, *tasks: tuple[Any, str]) -> Any:
    """A `MultiInferenceRequest`."""
    request = inference_pb2.MultiInferenceRequest(input=given)
    for model, method in tasks:
        request.tasks.add(model_spec=model, method_name=method)
    return request


def inferred(*results: Mapping[str, Any]) -> Any:
    """A `MultiInferenceResponse`."""
    return inference_pb2.MultiInferenceResponse(results=[inference_pb2.InferenceResult(**each) for each in results])
