"""TF Serving's gRPC services PredictionService and ModelService, as far as they apply to exports."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    model_management_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from tfrec_dl.errors import InputError
from tfrec_dl.server.inference import fill_spec, infer, infer_several
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.model_status import model_metadata, model_status
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.predict import predict
from tfrec_dl.server.reload_config import Reload
from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.server.tensor_protos import array_of, check_type, proto_of
from tfrec_dl.serving.names import SERVING_DEFAULT

RESPONSES = {"classify": classification_pb2.ClassificationResponse, "regress": regression_pb2.RegressionResponse}
STATUSES = {status.value[0]: status for status in grpc.StatusCode}


class _Answers:
    """Common base of the services.

    Args:
        models: served models.
        limits: limits on a request.
        metrics: metrics that count requests.
    """

    def __init__(self, models: Models, limits: Limits, metrics: Metrics) -> None:
        self._models = models
        self._limits = limits
        self._metrics = metrics

    def _answered(self, asked: Any, context: grpc.ServicerContext, method: str, answer: Callable[[], Any]) -> Any:
        start, code = time.perf_counter(), Code.OK
        try:
            return answer()
        except RequestError as error:
            code = error.code
            context.abort(STATUSES[int(code)], error.message)
        finally:
            name = asked.name if self._models.states(asked.name) else ""
            self._metrics.note(name, method, "GRPC", code, time.perf_counter() - start)


class PredictionService(_Answers, prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers requests to signatures, and questions about them."""

    def Predict(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns the outputs of a signature."""
        return self._answered(request.model_spec, context, "predict", lambda: self._predict(request))

    def GetModelMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns the signatures of a model."""
        return self._answered(request.model_spec, context, "metadata", lambda: self._metadata(request))

    def Classify(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns classes of examples with their scores."""
        return self._answered(request.model_spec, context, "classify", lambda: self._infer(request, "classify"))

    def Regress(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns regression values of examples."""
        return self._answered(request.model_spec, context, "regress", lambda: self._infer(request, "regress"))

    def MultiInference(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns the results of several signatures on the same examples."""
        return self._answered(_first(request), context, "multi_inference", lambda: self._infer_several(request))

    def _predict(self, request: Any) -> Any:
        spec = _spec(request)
        signature = request.model_spec.signature_name or SERVING_DEFAULT
        with self._models.use(spec) as version:
            if signature not in version.signature_defs:
                raise RequestError(Code.FAILED_PRECONDITION, f'Serving signature key "{signature}" not found.')
            check_type(request.inputs, version.signature_def(signature).inputs)
            inputs = {name: array_of(name, proto) for name, proto in request.inputs.items()}
            found = predict(version, signature, inputs, self._limits, tuple(request.output_filter))
            response = predict_pb2.PredictResponse()
            fill_spec(response.model_spec, version, signature)
        for name, value in found.items():
            response.outputs[name].CopyFrom(proto_of(value))
        return response

    def _metadata(self, request: Any) -> Any:
        return model_metadata(self._models, _spec(request), tuple(request.metadata_field))

    def _infer(self, request: Any, method: str) -> Any:
        signature = request.model_spec.signature_name
        response = RESPONSES[method]()
        with self._models.use(_spec(request)) as version:
            response.result.CopyFrom(infer(version, signature, request.input, method, self._limits))
            fill_spec(response.model_spec, version, signature)
        return response

    def _infer_several(self, request: Any) -> Any:
        with self._models.use(_named(_first(request))) as version:
            return infer_several(version, request, self._limits)


class ModelService(_Answers, model_service_pb2_grpc.ModelServiceServicer):
    """Answers questions about the state of models, and changes which models are served.

    Args:
        models: served models.
        limits: limits on a request.
        metrics: metrics that count requests.
        reload: function that applies another configuration.
    """

    def __init__(self, models: Models, limits: Limits, metrics: Metrics, reload: Reload) -> None:
        super().__init__(models, limits, metrics)
        self._reload = reload

    def HandleReloadConfigRequest(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Changes the served models."""

        def answer() -> Any:
            self._reload(request.config)
            return model_management_pb2.ReloadConfigResponse(status={})

        return self._answered(model_pb2.ModelSpec(), context, "reload", answer)

    def GetModelStatus(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Returns the state of a model's versions."""

        def answer() -> Any:
            _check_spec(request)
            return model_status(self._models, _chosen(request.model_spec))

        return self._answered(request.model_spec, context, "status", answer)


def grpc_server(
    models: Models, limits: Limits, metrics: Metrics, reload: Reload, host: str, port: int
) -> tuple[grpc.Server, int]:
    """Returns a server that is not started yet, and its port.

    Args:
        models: served models.
        limits: limits on a request.
        metrics: metrics that count requests.
        reload: function that applies another configuration.
        host: address to listen on.
        port: port; 0 for any free one.

    Raises:
        InputError: if the port is in use.
    """
    options = [("grpc.max_receive_message_length", limits.body_bytes), ("grpc.so_reuseport", 0)]
    waiting = max(limits.waiting_bytes // limits.body_bytes, limits.threads)
    threads = ThreadPoolExecutor(limits.threads, "tfrec-dl grpc")
    server = grpc.server(threads, options=options, maximum_concurrent_rpcs=waiting)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(models, limits, metrics), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(models, limits, metrics, reload), server)
    with suppress(RuntimeError):
        if taken := server.add_insecure_port(f"{host}:{port}"):
            return server, taken
    raise InputError(f"port {port} of {host} is taken: name another with --grpc-port, or 0 for any that is free.")


def _first(request: Any) -> Any:
    """Returns the `ModelSpec` of the first task of a multi-inference request."""
    return request.tasks[0].model_spec if request.tasks else model_pb2.ModelSpec()


def _spec(request: Any) -> ModelSpec:
    _check_spec(request)
    return _named(request.model_spec)


def _check_spec(request: Any) -> None:
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")


def _named(spec: Any) -> ModelSpec:
    if not spec.name:
        raise invalid("ModelSpec has no name specified.")
    return _chosen(spec)


def _chosen(spec: Any) -> ModelSpec:
    choice = spec.WhichOneof("version_choice")
    return ModelSpec(
        spec.name,
        spec.version.value if choice == "version" else None,
        spec.version_label if choice == "version_label" else None,
    )
