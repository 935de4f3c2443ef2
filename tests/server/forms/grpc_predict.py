"""`PredictionService.Predict`."""

from typing import Any

from tensorflow_serving.apis import predict_pb2

from tests.server.forms.form import Group, GrpcForm
from tests.server.forms.messages import predict, predicted, spec, tensor

NAME, VERSION = "half_plus_two", 123
TWO = tensor("float32", [2.0])
DONE = spec(NAME, "serving_default", VERSION)
Y = tensor("float32", [3.0])


def refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A request that fails."""
    return GrpcForm(name, "Predict", request, line, code)


def kept(dtype: str, name: str, signature: str, others: dict[str, Any], values: list[Any]) -> GrpcForm:
    """A request whose values come back in the field of their type."""
    inputs = {**others, name: tensor(dtype, values)}
    answer = predicted(spec("half", signature, 1), **inputs)
    return GrpcForm(f"DT_{dtype.upper()}", "Predict", predict(spec("half", signature), **inputs), answer)


def shaped(name: str, shape: list[int], values: list[float]) -> GrpcForm:
    """A request of a shape, to a graph that takes any."""
    request = predict(spec("half"), x=tensor("float32", values, shape))
    answer = predicted(
        spec("half", "serving_default", 1), y=tensor("float32", [each / 2 + 2 for each in values], shape)
    )
    return GrpcForm(name, "Predict", request, answer)


def sized(**changes: Any) -> Any:
    """A tensor with a field that is not right."""
    proto = tensor("float32", [2.0])
    for name, value in changes.items():
        setattr(proto, name, value) if name != "size" else setattr(proto.tensor_shape.dim[0], "size", value)
    return proto


KINDS = {
    "a": tensor("int32", [1]),
    "b": tensor("uint8", [2]),
    "c": tensor("float64", [0.1]),
    "d": tensor("bool", [True]),
}
INTEGERS = {"e": tensor("int8", []), "f": tensor("int16", []), "g": tensor("uint32", []), "h": tensor("uint64", [])}
UNEVEN = {"few": tensor("float32", [1.0]), "many": tensor("float32", [1.0, 2.0])}

ANSWERED = [
    GrpcForm("PredictionSuccess", "Predict", predict(spec(NAME, version=VERSION), x=TWO), predicted(DONE, y=Y)),
    GrpcForm("testPredictSavedModel, with output_filter", "Predict", predict(spec(NAME), ["y"], x=TWO), predicted(DONE, y=Y)),
    GrpcForm("testPredictSavedModel, without output_filter", "Predict", predict(spec(NAME), x=TWO), predicted(DONE, y=Y)),
    GrpcForm("signature by name", "Predict", predict(spec(NAME, "serving_default"), x=TWO), predicted(DONE, y=Y)),
    GrpcForm(
        "PredictionWithNamedRegressionSignature",
        "Predict",
        predict(spec(NAME, "regress_x2_to_y3", VERSION), inputs=tensor("float32", [2.0], [])),
        predicted(spec(NAME, "regress_x2_to_y3", VERSION), outputs=tensor("float32", [4.0], [])),
    ),
    GrpcForm(
        "PredictionWithNamedClassificationSignature",
        "Predict",
        predict(spec(NAME, "classify_x2_to_y3", VERSION), inputs=tensor("float32", [2.0], [])),
        predicted(spec(NAME, "classify_x2_to_y3", VERSION), scores=tensor("float32", [4.0], [])),
    ),
    GrpcForm("newest version", "Predict", predict(spec("two"), x=TWO), predicted(spec("two", "serving_default", 2), y=Y)),
    GrpcForm("version by number", "Predict", predict(spec("two", version=1), x=TWO), predicted(spec("two", "serving_default", 1), y=Y)),
    GrpcForm("version by label", "Predict", predict(spec("two", label="stable"), x=TWO), predicted(spec("two", "serving_default", 1), y=Y)),
    GrpcForm("another label", "Predict", predict(spec("two", label="canary"), x=TWO), predicted(spec("two", "serving_default", 2), y=Y)),
    GrpcForm(
        "one output of two",
        "Predict",
        predict(spec("half", "uneven"), ["many"], **UNEVEN),
        predicted(spec("half", "uneven", 1), many=UNEVEN["many"]),
    ),
    GrpcForm("all outputs", "Predict", predict(spec("half", "uneven"), **UNEVEN), predicted(spec("half", "uneven", 1), **UNEVEN)),
    shaped("scalar", [], [2.0]),
    shaped("matrix", [2, 2], [1.0, 2.0, 3.0, 4.0]),
    shaped("tensor of rank 3", [1, 2, 1], [1.0, 2.0]),
    shaped("no values", [0, 2], []),
    GrpcForm(
        "one value for all places",
        "Predict",
        predict(spec("half"), x=tensor("float32", [2.0], [3])),
        predicted(spec("half", "serving_default", 1), y=tensor("float32", [3.0] * 3)),
    ),
    GrpcForm(
        "tensor_content",
        "Predict",
        predict(spec("half"), x=sized(tensor_content=b"\x00\x00\x00@")),
        predicted(spec("half", "serving_default", 1), y=Y),
    ),
]  # fmt: skip
TYPES = [
    kept("int32", "a", "kinds", KINDS, [-1]),
    kept("uint8", "b", "kinds", KINDS, [255]),
    kept("float64", "c", "kinds", KINDS, [0.1]),
    kept("bool", "d", "kinds", KINDS, [False]),
    kept("int8", "e", "integers", INTEGERS, [-128]),
    kept("int16", "f", "integers", INTEGERS, [-32768]),
    kept("uint32", "g", "integers", INTEGERS, [2**32 - 1]),
    kept("uint64", "h", "integers", INTEGERS, [2**64 - 1]),
    kept("string", "text", "echo", {}, [b"\xff", b"", b"foo"]),
]
REFUSED = [
    refused("no ModelSpec", predict_pb2.PredictRequest(), "Missing ModelSpec"),
    refused("empty name", predict(spec("")), "ModelSpec has no name specified."),
    refused("unknown model", predict(spec("test")), "Servable not found for request: Latest(test)", "NOT_FOUND"),
    refused("unknown version", predict(spec(NAME, version=9), x=TWO), f"Specific({NAME}, 9)", "NOT_FOUND"),
    refused("unknown label", predict(spec(NAME, label="stable"), x=TWO), "Unrecognized servable version label: stable"),
    refused("unknown signature", predict(spec(NAME, "none"), x=TWO), 'key "none" not found', "FAILED_PRECONDITION"),
    refused("EmptyInputList", predict(spec(NAME, version=VERSION)), "Missing but required: {x}."),
    refused(
        "InputTensorsDontMatchModelSpecInputs",
        predict(spec(NAME), unknown_key1=tensor("string", [b"any_value"]), unknown_key2=TWO),
        "Sent extra: {unknown_key1,unknown_key2}. Missing but required: {x}.",
    ),
    refused("another name", predict(spec(NAME), key=tensor("string", [b"any_key"])), "Inputs expected to be in the set {x}."),
    refused("an input too many", predict(spec(NAME), x=TWO, y=TWO), "input size does not match signature: 2!=1"),
    refused("unknown output", predict(spec(NAME), ["output_filter"], x=TWO), "output tensor alias not found in signature: output_filter"),
    refused("an output twice", predict(spec(NAME), ["y", "y"], x=TWO), "duplicate output tensor alias: y"),
    refused("InputTensorsHaveWrongType", predict(spec(NAME), ["y"], x=tensor("string", [b"any_value"])), "to be float but string is provided"),
    refused("double for float", predict(spec(NAME), x=tensor("float64", [2.0])), "to be float but double is provided"),
    refused("a type of 0", predict(spec(NAME), x=sized(dtype=0)), "to be float but"),
    refused("a shape that is not known", predict(spec(NAME), x=sized(size=-1)), "tensor parsing error: x"),
    refused("a shape of 2^30 places", predict(spec(NAME), x=sized(size=2**30)), "tensor parsing error: x"),
    refused("bytes of another length", predict(spec(NAME), x=sized(tensor_content=b"abc")), "tensor parsing error: x"),
    refused("the graph refuses", predict(spec("half", "fails"), x=tensor("float32", [-1.0])), "x must be above 0"),
]  # fmt: skip

GROUPS = [
    Group(
        "Predict over gRPC",
        "servables/tensorflow/predict_impl_test.cc, predict_util_test.cc, model_servers/tensorflow_model_server_test.py",
        ANSWERED,
    ),
    Group("Types over gRPC", "apis/predict.proto, servables/tensorflow/predict_util.cc (AsProtoField)", TYPES),
    Group(
        "Predict over gRPC, refused",
        "servables/tensorflow/predict_impl_test.cc, predict_util_test.cc, predict_util.cc",
        REFUSED,
    ),
]
