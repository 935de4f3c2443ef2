"""TF Serving's gRPC services: PredictionService and ModelService, as far as exports can be asked."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NoReturn

import grpc
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tfrec_dl.errors import InputError
from tfrec_dl.server.classify import refuse
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.model_status import model_metadata, model_status
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.predict import predict
from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.server.tensor_protos import array_of, proto_of
from tfrec_dl.serving.names import SERVING_DEFAULT

STATUSES = {status.value[0]: status for status in grpc.StatusCode}


class _Answers:
    """What the services have in common.

    Args:
        models: what is served.
        limits: of a request.
        metrics: counts them.
    """

    def __init__(self, models: Models, limits: Limits, metrics: Metrics) -> None:
        self._models = models
        self._limits = limits
        self._metrics = metrics

    def _answered(self, request: Any, context: grpc.ServicerContext, method: str, answer: Callable[[], Any]) -> Any:
        start, code = time.perf_counter(), Code.OK
        try:
            return answer()
        except RequestError as error:
            code = error.code
            context.abort(STATUSES[int(code)], error.message)
        finally:
            asked = request.model_spec.name
            name = asked if self._models.states(asked) else ""
            self._metrics.note(name, method, "GRPC", code, time.perf_counter() - start)


class PredictionService(_Answers, prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers predict requests and questions about signatures; refuses the others as TF Serving does."""

    def Predict(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The outputs of a signature."""
        return self._answered(request, context, "predict", lambda: self._predict(request))

    def GetModelMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The signatures of a model."""
        return self._answered(request, context, "metadata", lambda: self._metadata(request))

    def Classify(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Is refused."""
        return self._answered(request, context, "classify", lambda: self._refuse(request, "classify"))

    def Regress(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Is refused."""
        return self._answered(request, context, "regress", lambda: self._refuse(request, "regress"))

    def _predict(self, request: Any) -> Any:
        spec = _spec(request)
        signature = request.model_spec.signature_name or SERVING_DEFAULT
        with self._models.use(spec) as version:
            if signature not in version.signature_defs:
                raise RequestError(Code.FAILED_PRECONDITION, f'Serving signature key "{signature}" not found.')
            types = {name: info.dtype for name, info in version.signature_def(signature).inputs.items()}
            for name, proto in request.inputs.items():
                if proto.dtype != types.get(name, proto.dtype):
                    raise invalid(f"input {name} has the type {proto.dtype}, but its signature has {types[name]}")
            inputs = {name: array_of(name, proto) for name, proto in request.inputs.items()}
            found = predict(version, signature, inputs, self._limits, tuple(request.output_filter))
            response = predict_pb2.PredictResponse()
            response.model_spec.name = version.name
            response.model_spec.version.value = version.number
            response.model_spec.signature_name = signature
        for name, value in found.items():
            response.outputs[name].CopyFrom(proto_of(value))
        return response

    def _metadata(self, request: Any) -> Any:
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        return model_metadata(self._models, _spec(request), tuple(request.metadata_field))

    def _refuse(self, request: Any, method: str) -> NoReturn:
        refuse(self._models, _spec(request), request.model_spec.signature_name, method)


class ModelService(_Answers, model_service_pb2_grpc.ModelServiceServicer):
    """Answers questions about the state of models."""

    def GetModelStatus(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The state of a model's versions."""

        def answer() -> Any:
            if not request.HasField("model_spec"):
                raise invalid("Missing ModelSpec")
            return model_status(self._models, _spec(request))

        return self._answered(request, context, "status", answer)


def grpc_server(models: Models, limits: Limits, metrics: Metrics, host: str, port: int) -> tuple[grpc.Server, int]:
    """A server that is not started yet, and its port.

    Args:
        models: what is served.
        limits: of a request.
        metrics: counts requests.
        host: the address to listen at.
        port: 0 for any that is free.

    Raises:
        InputError: if the port is taken.
    """
    options = [("grpc.max_receive_message_length", limits.body_bytes), ("grpc.so_reuseport", 0)]
    waiting = max(limits.waiting_bytes // limits.body_bytes, limits.threads)
    threads = ThreadPoolExecutor(limits.threads, "tfrec-dl grpc")
    server = grpc.server(threads, options=options, maximum_concurrent_rpcs=waiting)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(models, limits, metrics), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(models, limits, metrics), server)
    with suppress(RuntimeError):
        if taken := server.add_insecure_port(f"{host}:{port}"):
            return server, taken
    raise InputError(f"port {port} of {host} is taken: name another with --grpc-port, or 0 for any that is free.")


def _spec(request: Any) -> ModelSpec:
    spec = request.model_spec
    if not spec.name:
        raise invalid("ModelSpec has no name specified.")
    choice = spec.WhichOneof("version_choice")
    return ModelSpec(
        spec.name,
        spec.version.value if choice == "version" else None,
        spec.version_label if choice == "version_label" else None,
    )
