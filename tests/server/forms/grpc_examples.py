"""`PredictionService.Classify`, `Regress` and `MultiInference`."""

from typing import Any

from tests.server.forms.form import Group, GrpcForm
from tests.server.forms.messages import (
    classes,
    classified,
    classify,
    example,
    examples,
    infer,
    inferred,
    regress,
    regressed,
    spec,
    values,
)

NAME, VERSION = "half_plus_two", 123
X = examples(example(x=[2.0]))
PAIRS = [[("dos", 2.0), ("uno", 1.0)], [("cuatro", 4.0), ("tres", 3.0)]]
CONTEXT = example(**{"class": ["dos", "uno"], "score": [2.0, 1.0]})
OTHER = example(**{"class": ["tres", "cuatro"], "score": [3.0, 4.0]})
CLASSIFY, REGRESS = "tensorflow/serving/classify", "tensorflow/serving/regress"


def done(signature: str) -> Any:
    """The `ModelSpec` of an answer."""
    return spec(NAME, signature, VERSION)


def classes_refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A classify request that fails."""
    return GrpcForm(f"classify: {name}", "Classify", request, line, code)


def values_refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A regress request that fails."""
    return GrpcForm(f"regress: {name}", "Regress", request, line, code)


def several_refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A multi-inference request that fails."""
    return GrpcForm(name, "MultiInference", request, line, code)


def task(signature: str, method: str = REGRESS, model: str = NAME) -> tuple[Any, str]:
    """A task of a multi-inference request."""
    return spec(model, signature), method


CLASSIFIED = [
    GrpcForm("testClassify", "Classify", classify(spec(NAME, "classify_x_to_y"), X), classified(done("classify_x_to_y"), [("", 3.0)])),
    GrpcForm(
        "ExampleList",
        "Classify",
        classify(
            spec(NAME, "classes_and_scores"),
            examples(*(example(**{"class": [a for a, _ in row], "score": [b for _, b in row]}) for row in PAIRS)),
        ),
        classified(done("classes_and_scores"), *PAIRS),
    ),
    GrpcForm(
        "ExampleListWithContext",
        "Classify",
        classify(spec(NAME, "classes_and_scores"), examples(example(), example(), context=CONTEXT)),
        classified(done("classes_and_scores"), PAIRS[0], PAIRS[0]),
    ),
    GrpcForm(
        "ExampleListWithContext_DuplicateFeatures",
        "Classify",
        classify(spec(NAME, "classes_and_scores"), examples(example(), OTHER, context=CONTEXT)),
        classified(done("classes_and_scores"), PAIRS[0], [("tres", 3.0), ("cuatro", 4.0)]),
    ),
    GrpcForm(
        "ClassesOnly",
        "Classify",
        classify(spec(NAME, "classes"), examples(CONTEXT)),
        classified(done("classes"), [("dos", 0.0), ("uno", 0.0)]),
    ),
    GrpcForm("ScoresOnly", "Classify", classify(spec(NAME, "classify_x_to_y", VERSION), X), classified(done("classify_x_to_y"), [("", 3.0)])),
    GrpcForm("ZeroScoresAreNotEmpty", "Classify", classify(spec(NAME, "counts"), examples(example(count=[0, 0]))), classified(done("counts"), [("", 0.0), ("", 0.0)])),
    classes_refused("no ModelSpec", classify(None), "Missing ModelSpec"),
    classes_refused("unknown model", classify(spec("test"), X), "Latest(test)", "NOT_FOUND"),
    classes_refused("EmptyInput", classify(spec(NAME, "classify_x_to_y")), "Input is empty"),
    classes_refused("EmptyExampleList", classify(spec(NAME, "classify_x_to_y"), examples()), "Input is empty"),
    classes_refused("EmptyExampleListWithContext", classify(spec(NAME, "classify_x_to_y"), examples(context=CONTEXT)), "Input is empty"),
    classes_refused("InvalidNamedSignature", classify(spec(NAME, "regress_x_to_y"), X), f"to be {CLASSIFY}. Was: {REGRESS}"),
    classes_refused("MissingClassificationSignature", classify(spec(NAME), X), f"to be {CLASSIFY}. Was: tensorflow/serving/predict"),
    classes_refused("unknown signature", classify(spec(NAME, "none"), X), "No signature was found with the name: none"),
    classes_refused("scores of rank 1", classify(spec(NAME, "flat_scores"), X), "Expected Tensor shape: [batch_size num_classes] but got [1]"),
    classes_refused("MalformedScores", classify(spec(NAME, "fewer_scores"), examples(example(), example())), "Expected scores output batch size of 2. Got: 1"),
    classes_refused("scores that are texts", classify(spec(NAME, "text_scores"), X), "Expected scores Tensor of DT_FLOAT. Got: DT_STRING"),
    classes_refused("classes that are numbers", classify(spec(NAME, "number_classes"), X), "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
    classes_refused("MismatchedNumberOfClassesAndScores", classify(spec(NAME, "one_score"), examples(CONTEXT)), "class and score should match in dim_size(1). Got 2 vs. 1"),
    classes_refused("neither classes nor scores", classify(spec(NAME, "no_scores"), X), 'at least one of "classes" or "scores"', "FAILED_PRECONDITION"),
]  # fmt: skip
REGRESSED = [
    GrpcForm("testRegress", "Regress", regress(spec(NAME, "regress_x_to_y"), X), regressed(done("regress_x_to_y"), 3.0)),
    GrpcForm("BasicExampleList", "Regress", regress(spec(NAME, "flat_outputs"), examples(example(x=[0.0]), example(x=[2.0]))), regressed(done("flat_outputs"), 2.0, 3.0)),
    GrpcForm(
        "BasicExampleListWithContext",
        "Regress",
        regress(spec(NAME, "regress_x_to_y"), examples(example(), example(), context=example(x=[2.0]))),
        regressed(done("regress_x_to_y"), 3.0, 3.0),
    ),
    GrpcForm("ValidNamedSignature", "Regress", regress(spec(NAME, "regress_x_to_y2"), X), regressed(done("regress_x_to_y2"), 4.0)),
    values_refused("no ModelSpec", regress(None), "Missing ModelSpec"),
    values_refused("unknown model", regress(spec("test"), X), "Latest(test)", "NOT_FOUND"),
    values_refused("EmptyInput", regress(spec(NAME, "regress_x_to_y")), "Input is empty"),
    values_refused("EmptyExampleList", regress(spec(NAME, "regress_x_to_y"), examples()), "Input is empty"),
    values_refused("EmptyExampleListWithContext", regress(spec(NAME, "regress_x_to_y"), examples(context=CONTEXT)), "Input is empty"),
    values_refused("InvalidNamedSignature", regress(spec(NAME, "classify_x_to_y"), X), f"to be {REGRESS}. Was: {CLASSIFY}"),
    values_refused("MissingRegressionSignature", regress(spec(NAME), X), f"to be {REGRESS}. Was: tensorflow/serving/predict"),
    values_refused("unknown signature", regress(spec(NAME, "none"), X), "No signature was found with the name: none"),
    values_refused("two columns", regress(spec(NAME, "two_outputs"), X), "[batch_size, 1] but got [1,2]"),
    values_refused("MalformedOutputs", regress(spec(NAME, "fewer_outputs"), examples(example(), example())), "did not match output batch size: 2 vs. 1"),
    values_refused("UnexpectedOutputTensorType", regress(spec(NAME, "text_outputs"), X), "Expected output Tensor of DT_FLOAT.  Got: DT_STRING"),
    values_refused("no outputs", regress(spec(NAME, "no_outputs"), X), "No regression outputs found", "FAILED_PRECONDITION"),
    values_refused("two outputs", regress(spec(NAME, "several_outputs"), X), "Expected one output Tensor."),
]  # fmt: skip
SEVERAL = [
    GrpcForm(
        "testMultiInference, RegressAndClassifySignaturesTest",
        "MultiInference",
        infer(X, task("regress_x_to_y"), task("classify_x_to_y", CLASSIFY)),
        inferred(
            {"model_spec": done("regress_x_to_y"), "regression_result": values(3.0)},
            {"model_spec": done("classify_x_to_y"), "classification_result": classes([("", 3.0)])},
        ),
    ),
    GrpcForm(
        "ValidSingleSignatureTest",
        "MultiInference",
        infer(X, task("regress_x_to_y")),
        inferred({"model_spec": done("regress_x_to_y"), "regression_result": values(3.0)}),
    ),
    GrpcForm(
        "MultipleValidRegressSignaturesTest",
        "MultiInference",
        infer(X, task("regress_x_to_y"), task("regress_x_to_y2")),
        inferred(
            {"model_spec": done("regress_x_to_y"), "regression_result": values(3.0)},
            {"model_spec": done("regress_x_to_y2"), "regression_result": values(4.0)},
        ),
    ),
    several_refused("MissingInputTest", infer(None, task("regress_x_to_y")), "Input is empty"),
    several_refused("UndefinedSignatureTest", infer(X, task("ThisSignatureDoesNotExist")), "signature not found"),
    several_refused(
        "InconsistentModelSpecsInRequestTest",
        infer(X, task("regress_x_to_y"), task("regress_x_to_y", model="ModelDoesNotExist")),
        "must access the same model name",
    ),
    several_refused(
        "EvaluateDuplicateSignaturesTest",
        infer(X, task("regress_x_to_y"), task("regress_x_to_y")),
        "Duplicate evaluation of signature: regress_x_to_y",
    ),
    several_refused(
        "UsupportedSignatureTypeTest",
        infer(X, task("serving_default", "tensorflow/serving/predict")),
        "Unsupported signature",
        "UNIMPLEMENTED",
    ),
    several_refused(
        "SignaturesWithDifferentInputsTest",
        infer(X, task("regress_x_to_y"), task("regress_x2_to_y3")),
        "Input tensor must be the same",
    ),
    several_refused("no tasks", infer(X), "ModelSpec has no name specified."),
    several_refused("an empty name", infer(X, task("regress_x_to_y"), task("classify_x_to_y", CLASSIFY, "")), "empty model name"),
    several_refused("unknown model", infer(X, task("regress_x_to_y", model="test")), "Latest(test)", "NOT_FOUND"),
    several_refused("another method", infer(X, task("regress_x_to_y", CLASSIFY)), f"to be {CLASSIFY}. Was: {REGRESS}"),
]  # fmt: skip

GROUPS = [
    Group(
        "Classify over gRPC",
        "servables/tensorflow/classifier_test.cc, classifier.cc, model_servers/tensorflow_model_server_test.py",
        CLASSIFIED,
    ),
    Group(
        "Regress over gRPC",
        "servables/tensorflow/regressor_test.cc, regressor.cc, model_servers/tensorflow_model_server_test.py",
        REGRESSED,
    ),
    Group(
        "MultiInference",
        "servables/tensorflow/multi_inference_test.cc, multi_inference_helper.cc, multi_inference.cc",
        SEVERAL,
    ),
]
