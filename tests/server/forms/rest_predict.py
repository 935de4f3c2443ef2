"""Predict requests over REST that are answered."""

from math import inf, nan

from tests.server.forms.form import Group, RestForm

LARGEST = 3.4028234e38
NEXT = "/v1/models/half_plus_two:predict"
INTS = [[1, 2], [3, 4], [5, 6]]
NAMED = [
    {"int_tensor": INTS, "str_tensor": ["foo", "bar"], "float_tensor": [1.0, nan], "dbl_tensor": [nan]},
    {
        "int_tensor": [[7, 8], [9, 0], [1, 2]],
        "str_tensor": ["baz", "bat"],
        "float_tensor": [2.0, inf],
        "dbl_tensor": [2.0],
    },
]
AS_BYTES = ([{"b64": "Zm9v"}, {"b64": "YmFy"}], [{"b64": "YmF6"}, {"b64": "YmF0"}])
COLUMNS = {name: [row[name] for row in NAMED] for name in NAMED[0]}


def of(signature: str, **body: object) -> dict[str, object]:
    """A body with the name of a signature."""
    return {"signature_name": signature, **body}


def rows(name: str, body: object, predictions: object, path: str = "/v1/models/half:predict") -> RestForm:
    """A request that is answered in rows."""
    return RestForm(name, body, {"predictions": predictions}, path=path)


def columns(name: str, body: object, outputs: object) -> RestForm:
    """A request that is answered in columns."""
    return RestForm(name, body, {"outputs": outputs})


ROWS = [
    rows("list of scalars", {"instances": [1.0, 2.0, 5.0]}, [2.5, 3.0, 4.5]),
    rows("list of texts", of("echo", instances=["foo", "bar", "baz"]), ["foo", "bar", "baz"]),
    rows("tensors of shape [1, 2]", {"instances": [[[1, 2]], [[3, 4]]]}, [[[2.5, 3.0]], [[3.5, 4.0]]]),
    rows("one scalar", {"instances": [2.0]}, [3.0]),
    rows("one row", {"instances": [[1.0, 2.0]]}, [[2.5, 3.0]]),
    rows("empty row", {"instances": [[]]}, [[]]),
    rows("objects for the only input", {"instances": [{"x": 1}, {"x": 2}]}, [2.5, 3.0]),
    rows("objects with lists", {"instances": [{"x": [1]}, {"x": [2]}]}, [[2.5], [3.0]]),
    rows("exponents", {"instances": [1e3, -1e-3]}, [502.0, 1.9995]),
    rows("whole and decimal numbers", {"instances": [1, 2.0, 5.003]}, [2.5, 3.0, 4.5015]),
    rows("tokens of JavaScript", '{"instances": [NaN, Infinity, -Infinity]}', [nan, inf, -inf]),
    rows("largest whole float", {"instances": [16777215]}, [8388610.0]),
    rows("lowest float", {"instances": [-LARGEST]}, [-1.70141173e38]),
    rows("unknown keys of the body", {"instances": [1], "more": 2}, [2.5]),
    rows("space around the body", ' \n{"instances": [1]}\n ', [2.5]),
    rows("a signature named empty", of("", instances=[1]), [2.5]),
    rows("scalars where the signature has [?, 1]", {"instances": [1.0, 2.0, 5.0]}, [2.5, 3.0, 4.5], NEXT),
]
HANDLER = [
    rows("Predict, newest version", {"instances": [[1.0, 2.0], [3.0, 4.0]]}, [[2.5, 3.0], [3.5, 4.0]], NEXT),
    rows(
        "Predict, version by number",
        {"instances": [1.0, 2.0]},
        [2.5, 3.0],
        "/v1/models/half_plus_two/versions/123:predict",
    ),
    rows("Predict, signature by name", of("serving_default", instances=[3.0, 4.0]), [3.5, 4.0], NEXT),
    columns("Predict, columns", of("serving_default", inputs=[3.0, 4.0]), [3.5, 4.0]),
    rows("testPredictREST", {"instances": [2.0, 3.0, 4.0]}, [3.0, 3.5, 4.0], NEXT),
    columns("testPredictColumnarREST", {"inputs": [2.0, 3.0, 4.0]}, [3.0, 3.5, 4.0]),
]
IN_COLUMNS = [
    columns("scalar", {"inputs": 1.0}, 2.5),
    columns("list", {"inputs": [1, 2]}, [2.5, 3.0]),
    columns("empty list", {"inputs": []}, []),
    columns("nested lists", {"inputs": [[1, 2], [3, 4]]}, [[2.5, 3.0], [3.5, 4.0]]),
    columns("named scalar", {"inputs": {"x": 3}}, 3.5),
    columns("named lists", {"inputs": {"x": [[1], [2]]}}, [[2.5], [3.0]]),
    columns("unknown names are passed over", {"inputs": {"x": [1], "unknown": 5}}, [2.5]),
    columns("base64 for the only input", of("echo", inputs={"b64": "Zm9v"}), "foo"),
    columns("other lengths", of("uneven", inputs={"few": [1], "many": [1, 2]}), {"few": [1.0], "many": [1.0, 2.0]}),
    columns("other ranks", of("uneven", inputs={"few": 1, "many": [1]}), {"few": 1.0, "many": [1.0]}),
    columns("an output without rows", of("total", inputs=[1, 2]), 3.0),
    columns("outputs of other lengths", of("apart", inputs=[1, 2]), {"all": [1.0, 2.0], "first": [1.0]}),
]
TENSORS = [
    rows("SingleUnnamedTensor", of("ints", instances=INTS), INTS),
    rows("MixedInputForFloatTensor", {"instances": [1, 2.0, 3, 4, 0.0]}, [2.5, 3.0, 3.5, 4.0, 2.0]),
    rows(
        "MixedInputForDoubleTensor",
        of("doubles", instances=[1.0, 2, 3, 4, 0.662, 0, 0.0]),
        [1.0, 2.0, 3.0, 4.0, 0.662, 0.0, 0.0],
    ),
    rows("SingleUnnamedTensorWithSignature", of("ints", instances=[[1, 2]]), [[1, 2]]),
    rows(
        "SingleUnnamedTensorBase64Scalars",
        of("echo", instances=[{"b64": "aGVsbG8="}, {"b64": "d29ybGQ="}]),
        ["hello", "world"],
    ),
    rows(
        "SingleUnnamedTensorBase64Lists",
        of("echo", instances=[[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]),
        [["hello"], ["world"]],
    ),
    rows(
        "SingleNamedTensorBase64",
        of("echo", instances=[{"text": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]}]),
        [[["hello"], ["world"]]],
    ),
    rows(
        "MultipleNamedTensor",
        of("same", instances=NAMED),
        [row | {"str_tensor_bytes": each} for row, each in zip(NAMED, AS_BYTES, strict=True)],
    ),
    columns("SingleUnnamedTensorColumnarFormat, named", of("ints", inputs={"int_tensor": [INTS]}), [INTS]),
    columns("SingleUnnamedTensorColumnarFormat, unnamed", of("ints", inputs=[INTS]), [INTS]),
    columns(
        "MultipleNamedTensorColumnarFormat",
        of(
            "same",
            inputs={"int_tensor": [INTS], "str_tensor": {"b64": "aGVsbG8="}, "float_tensor": 1, "dbl_tensor": []},
        ),
        {
            "int_tensor": [INTS],
            "str_tensor": "hello",
            "float_tensor": 1.0,
            "dbl_tensor": [],
            "str_tensor_bytes": {"b64": "aGVsbG8="},
        },
    ),
    columns("FromJsonMultipleNamedTensors", of("same", inputs=COLUMNS), COLUMNS | {"str_tensor_bytes": list(AS_BYTES)}),
    columns("FromJsonSingleTensor", of("ints", inputs=[INTS, INTS]), [INTS, INTS]),
    columns("FromJsonSingleScalarTensor", of("ints", inputs=[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]),
    rows(
        "FromJsonSingleFloatTensorSixDigitPrecision",
        of("doubles", instances=[[9000000, 999999, 0.5], [0.0003, 3e-05, 555557.5]]),
        [[9e06, 999999.0, 0.5], [0.0003, 3e-05, 555557.5]],
    ),
    rows(
        "FromJsonSingleFloatTensorNonFinite",
        '{"instances": [[NaN, Infinity], [3, -Infinity]]}',
        [[nan, inf], [3.5, -inf]],
    ),
    columns("FromJsonSingleZeroBatchTensor", of("ints", inputs=[]), []),
]
TYPES = [
    columns("DT_BOOL", of("kinds", inputs={"a": [], "b": [], "c": [], "d": [True, False]}), {"a": [], "b": [], "c": [], "d": [True, False]}),
    columns("DT_INT32", of("ints", inputs=[-(2**31), 2**31 - 1]), [-(2**31), 2**31 - 1]),
    columns("DT_INT8, DT_INT16", of("integers", inputs={"e": [-128], "f": [32767], "g": [], "h": []}), {"e": [-128], "f": [32767], "g": [], "h": []}),
    columns("DT_UINT8", of("kinds", inputs={"a": [1], "b": [255], "c": [0.1], "d": [True]}), {"a": [1], "b": [255], "c": [0.1], "d": [True]}),
    columns("a DT_UINT8 that is cut", of("kinds", inputs={"a": [1], "b": [300], "c": [0.1], "d": [True]}), {"a": [1], "b": [44], "c": [0.1], "d": [True]}),
    columns("DT_UINT32, DT_UINT64", of("integers", inputs={"e": [], "f": [], "g": [2**32 - 1], "h": [2**64 - 1]}), {"e": [], "f": [], "g": [2**32 - 1], "h": [2**64 - 1]}),
    columns("DT_DOUBLE", of("doubles", inputs=0.1), 0.1),
    columns("DT_DOUBLE in all digits", of("doubles", inputs=0.1234567890123), 0.1234567890123),
    columns("DT_STRING beyond ASCII", of("echo", inputs=["ü🎬", "\u0000", ""]), ["ü🎬", "\u0000", ""]),
    columns("DT_STRING with escapes", of("echo", inputs='a"b\\c\n'), 'a"b\\c\n'),
    columns("escaped characters", '{"signature_name": "echo", "inputs": "\\u00fc\\ud83c\\udfac"}', "ü🎬"),
    rows("base64 with padding", of("echo", instances=[{"b64": "Zm9vYg=="}]), ["foob"]),
    rows("base64 without padding", of("echo", instances=[{"b64": "Zm9vYg"}]), ["foob"]),
    rows("base64 with spaces", of("echo", instances=[{"b64": "Zm9v Yg==\n"}]), ["foob"]),
    rows("base64 of nothing", of("echo", instances=[{"b64": ""}]), [""]),
    rows("an output whose name ends in _bytes", of("same", instances=[NAMED[1]]), [NAMED[1] | {"str_tensor_bytes": AS_BYTES[1]}]),
]  # fmt: skip

GROUPS = [
    Group("Rows", "g3doc/api_rest.md, util/json_tensor.cc", ROWS),
    Group("Columns", "g3doc/api_rest.md, util/json_tensor.cc", IN_COLUMNS),
    Group("Tensors", "util/json_tensor_test.cc", TENSORS),
    Group("Types and bytes", "g3doc/api_rest.md (JSON mapping, Encoding binary values), util/json_tensor.cc", TYPES),
    Group(
        "Predict",
        "model_servers/http_rest_api_handler_test.cc, model_servers/tensorflow_model_server_test.py",
        HANDLER,
    ),
]
