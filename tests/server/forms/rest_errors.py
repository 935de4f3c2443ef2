"""Predict requests over REST that are refused."""

from tests.server.forms.form import Group, refused
from tests.server.forms.rest_predict import INTS, of

NEXT = "/v1/models/half_plus_two:predict"
DEEP = "[" * 100_000
ROW = {"text": "foo", "amounts": [1, 2.5], "number": 3}
KINDS = {"a": [1], "b": [2], "c": [0.1], "d": [True]}
INT_AND_TEXT = {"int_tensor": INTS, "str_tensor": ["foo", "bar"], "float_tensor": [1.0], "dbl_tensor": [1.0]}
RAGGED = [[1, 2], [3, 4], [5, 6, 7]]

HANDLER = [
    refused("empty document", "", "JSON Parse error: The document is empty", path=NEXT),
    refused("badly formatted", "instances = [1, 2]", "JSON Parse error: Invalid value", path=NEXT),
    refused("incorrect type", {"instances": ["x", "y"]}, "not of expected type: float", path=NEXT),
]
UNNAMED = [
    refused("signature_name is a number", {"signature_name": 5, "instances": RAGGED}, "must be a string value"),
    refused("instances and inputs", {"instances": RAGGED, "inputs": RAGGED}, "Not formatted correctly"),
    refused("rows of other lengths", of("ints", instances=RAGGED), "Expecting tensor size: 2 but got: 3"),
    refused("a row of another depth", of("ints", instances=[[1, 2], [3, 4], [[5, 6]]]), "Expecting shape [2] but got: [1,2]"),
    refused("a scalar, then a list", of("ints", instances=[1, [1]]), "Expecting shape [] but got: [1]"),
    refused("texts for numbers", of("ints", instances=[[1, 2], ["a", "b"]]), "not of expected type: int32"),
    refused("largest double as float", {"instances": [1.7976931348623157e308]}, "loss of precision"),
    refused("16777217 as float", {"instances": [16777217]}, "loss of precision"),
    refused("9007199254740993 as double", of("doubles", instances=[9007199254740993]), "loss of precision"),
]  # fmt: skip
NAMED = [
    refused(
        "rows of other shapes",
        of("same", instances=[INT_AND_TEXT, INT_AND_TEXT | {"int_tensor": [INTS]}]),
        "Expecting shape [3,2] but got: [1,3,2]",
    ),
    refused(
        "rows of other sizes",
        of("same", instances=[INT_AND_TEXT, INT_AND_TEXT | {"int_tensor": INTS[:2]}]),
        "Expecting tensor size: 6 but got: 4",
    ),
    refused(
        "an object, then a list", of("same", instances=[INT_AND_TEXT, [1, 20, 30]]), "Expecting object but got list"
    ),
    refused(
        "a list, then an object",
        of("echo", instances=[["baz", "bar"], {"text": ["baz", "bat"]}]),
        "Expecting value/list but got object",
    ),
]
ANSWERS = [
    refused("unsupported type", of("complexes", instances=[1.0]), "tensor type: complex64"),
    refused("an output without rows, asked in rows", of("total", instances=[1, 2]), "no shape information"),
    refused("outputs of other lengths, asked in rows", of("apart", instances=[1, 2]), "inconsistent batch size"),
]
PARSING = [
    refused("cut off", '{"instances": [1]', "JSON Parse error: Missing a comma"),
    refused("two documents", '{"instances": [1]} 2', "must not be followed by other values"),
    refused("a list", "[1, 2]", "Is not object"),
    refused("a number", "3", "Is not object"),
    refused("no name of a member", "{1: 2}", "Missing a name for object member"),
    refused("no colon", '{"instances" [1]}', "Missing a colon after a name of object member"),
    refused("no end of a text", '{"instances', "Missing a closing quotation mark in string"),
    refused("nested 100,000 times and cut off", '{"instances": ' + DEEP, "JSON Parse error"),
    refused("nested 100,000 times", '{"inputs": ' + DEEP + "]" * 100_000 + "}", "JSON Parse error"),
    refused("nested 500 times", '{"inputs": ' + "[" * 500 + "]" * 500 + "}", "nested"),
    refused("a number of 5,000 digits", '{"inputs": ' + "9" * 5000 + "}", "JSON Parse error"),
    refused("a number of 400 digits", '{"inputs": ' + "9" * 400 + "}", "JSON Parse error: Number too big"),
    refused("half of a pair", '{"signature_name": "echo", "inputs": "\\ud800"}', "JSON Parse error"),
    refused("an empty object", "{}", "Missing 'inputs' or 'instances' key"),
    refused("no such signature", of("none", instances=[1]), 'Serving signature name: "none" not found'),
]
LISTS = [
    refused("instances is a number", {"instances": 1}, "Excepting 'instances' to be an list/array"),
    refused("instances is an object", {"instances": {"x": 1}}, "Excepting 'instances' to be an list/array"),
    refused("instances is a text", {"instances": "x"}, "Excepting 'instances' to be an list/array"),
    refused("no instances", {"instances": []}, "No values in 'instances' array"),
    refused("rows within rows of other lengths", {"instances": [[1], [2, 3]]}, "Expecting tensor size: 1 but got: 2"),
    refused("a list beside a number", {"instances": [[1, [2]]]}, "Encountered list at unexpected level"),
    refused("a number beside a list", {"instances": [[[1], 2]]}, "found at incorrect level"),
    refused(
        "lists of other lengths", {"instances": [[[1], [2, 3]]]}, "unexpected size: 2 at level: 1 expected size: 1"
    ),
    refused(
        "lists of other lengths in columns", {"inputs": {"x": [[1, 2], [3]]}}, "Encountered list at unexpected size"
    ),
]
NAMES = [
    refused("an object, then a number", {"instances": [{"x": 1}, 2]}, "Expecting object but got list at item 1"),
    refused("a number, then an object", {"instances": [1, {"x": 2}]}, "Expecting value/list but got object at item 1"),
    refused("unknown name", {"instances": [{"y": 1}]}, "does not have named input: y"),
    refused("a name too many", {"instances": [{"x": 1, "y": 1}]}, "Failed to process element: 0 key: y of 'instances'"),
    refused("no name", {"instances": [{}]}, "keys must be equal to: x"),
    refused("no name in columns", {"inputs": {}}, "Missing named input: x in 'inputs' object"),
    refused("a list for several inputs", of("several", instances=["foo"]), "instances is a plain list"),
    refused("a list for several inputs in columns", of("several", inputs=["foo"]), "inputs is a plain value/list"),
    refused(
        "a missing input", of("several", instances=[{"text": "foo"}]), "keys must be equal to: amounts,number,text"
    ),
    refused("a missing input in columns", of("several", inputs={"text": ["foo"]}), "Missing named input"),
    refused(
        "a row of another width", of("several", instances=[ROW, ROW | {"amounts": [1]}]), "Expecting tensor size: 2"
    ),
]
VALUES = [
    refused("true as float", {"instances": [True]}, "Type: True is not of expected type: float"),
    refused("null as float", {"instances": [None]}, "Type: Null is not of expected type: float"),
    refused("base64 as float", {"instances": [{"b64": "Zm9v"}]}, "Type: Object is not of expected type: float"),
    refused("first whole number that float lacks", {"instances": [16777216]}, "to float without loss of precision"),
    refused("above the largest float", {"instances": [3.5e38]}, "to float without loss of precision"),
    refused("below the lowest float", {"instances": [-3.4028235e38]}, "to float without loss of precision"),
    refused("first whole number that double lacks", of("doubles", inputs=[2**53]), "to double without loss of precision"),
    refused("a number as text", of("several", instances=[ROW | {"text": 3}]), "not of expected type: string"),
    refused("a decimal as int64", of("several", instances=[ROW | {"number": 1.0}]), "not of expected type: int64"),
    refused("2^63 as int64", of("several", instances=[ROW | {"number": 2**63}]), "not of expected type: int64"),
    refused("2^31 as int32", of("kinds", inputs=KINDS | {"a": [2**31]}), "not of expected type: int32"),
    refused("2^31 as uint8", of("kinds", inputs=KINDS | {"b": [2**31]}), "not of expected type: uint8"),
    refused("1 as bool", of("kinds", inputs=KINDS | {"d": [1]}), "not of expected type: bool"),
    refused("-1 as uint32", of("integers", inputs={"e": [], "f": [], "g": [-1], "h": []}), "not of expected type: uint32"),
    refused("no base64", of("several", instances=[ROW | {"text": {"b64": "?"}}]), "Unable to base64 decode"),
    refused("a number in base64", of("several", instances=[ROW | {"text": {"b64": 3}}]), "formatted correctly for base64"),
    refused("a key beside b64", of("echo", inputs=[{"b64": "", "x": 1}]), "formatted correctly for base64"),
    refused("a type without JSON", of("halves", instances=[1.0]), "to type: float16", 501),
    refused("the graph refuses", of("fails", instances=[-1.0]), "x must be above 0"),
    refused("a shape that the graph refuses", of("several", instances=[ROW | {"amounts": 1}]), "Invalid reduction dimension"),
]  # fmt: skip

GROUPS = [
    Group("Predict, refused", "model_servers/http_rest_api_handler_test.cc (PredictRequestErrors)", HANDLER),
    Group("One input, refused", "util/json_tensor_test.cc (SingleUnnamedTensorErrors)", UNNAMED),
    Group("Several inputs, refused", "util/json_tensor_test.cc (MultipleNamedTensorErrors)", NAMED),
    Group("Outputs, refused", "util/json_tensor_test.cc (FromJsonSingleTensorErrors, FromJsonMultiple...)", ANSWERS),
    Group("Parsing, refused", "util/json_tensor.cc (ParseJson, FillSignature), rapidjson/error/en.h", PARSING),
    Group("Lists, refused", "util/json_tensor.cc (FillPredictRequestFromJson, FillTensorProto)", LISTS),
    Group("Names, refused", "util/json_tensor.cc (FillTensorMapFromInstancesList, FillTensorMapFromInputsMap)", NAMES),
    Group("Values, refused", "util/json_tensor.cc (AddValueToTensor, JsonDecodeBase64Object)", VALUES),
]
