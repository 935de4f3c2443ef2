"""TF Serving's REST interface, which maps paths to models and methods to answers."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote_to_bytes

import anyio
from starlette.requests import Request
from starlette.responses import Response

from tfrec_dl.server.bodies import Bodies
from tfrec_dl.server.inference import METHODS, infer_json
from tfrec_dl.server.json_answers import error_body
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.model_status import metadata_json, model_metadata, model_status, status_json
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.predict import predict_json
from tfrec_dl.server.statuses import Code, RequestError, invalid

VERSION = r"(?:/versions/([0-9]+)|/labels/([^/:]+))?"
ASKING = re.compile(rf"/v1/models/([^/:]+){VERSION}:(classify|regress|predict)", re.IGNORECASE)
LOOKING = re.compile(rf"/v1/models(?:/([^/:]+))?{VERSION}(?:/(metadata))?", re.IGNORECASE)
LAST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Call:
    """The model and method that a request asks for.

    Attributes:
        spec: the model.
        method: "predict", "classify", "regress", "status" or "metadata".
    """

    spec: ModelSpec
    method: str


def call_of(method: str, path: str) -> Call:
    """Parses the method and path of a request.

    Args:
        method: HTTP method.
        path: raw path, including escapes.

    Raises:
        RequestError: if TF Serving has no such path.
    """
    malformed = invalid(f"Malformed request: {method} {path}")
    found = {"POST": ASKING, "GET": LOOKING}[method].fullmatch(path) if method in ("POST", "GET") else None
    if found is None:
        raise malformed
    name, version, label, what = found.groups()
    if method == "POST" and what not in ("predict", *METHODS):
        raise malformed  # PREDICT, which the pattern also matches
    if not name:
        raise invalid("Missing model name in request.")
    if version is not None and (len(version.lstrip("0")) > 19 or int(version) > LAST_VERSION):
        raise invalid(f"Failed to convert version: {version} to numeric.")
    number = None if version is None else int(version)
    return Call(ModelSpec(_decoded(name), number, label and _decoded(label)), what or "status")


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


class RestInterface:
    """Answers requests below /v1.

    Args:
        models: served models.
        limits: limits on a request.
        bodies: reader of request bodies.
        metrics: metrics that count requests.
    """

    def __init__(self, models: Models, limits: Limits, bodies: Bodies, metrics: Metrics) -> None:
        self._models = models
        self._limits = limits
        self._bodies = bodies
        self._metrics = metrics
        self._threads: anyio.CapacityLimiter | None = None

    async def __call__(self, request: Request) -> Response:
        """Answers any request."""
        start = time.perf_counter()
        call, code = None, Code.OK
        try:
            call = call_of(request.method, request.scope["raw_path"].decode("ascii", "replace"))
            return _json(await self._answer(call, request))
        except RequestError as error:
            code = error.code
            # A client that has not sent its complete request cannot send another one after it.
            left = {"Connection": "close"} if error.http_status in (408, 413, 503) else None
            return _json(error_body(error.message), error.http_status, left)
        finally:
            if call is not None:
                name = call.spec.name if self._models.states(call.spec.name) else ""
                self._metrics.note(name, call.method, "REST", code, time.perf_counter() - start)

    async def _answer(self, call: Call, request: Request) -> bytes:
        if call.method == "status":
            return status_json(model_status(self._models, call.spec))
        if call.method == "metadata":
            return await self._in_a_thread(lambda: metadata_json(model_metadata(self._models, call.spec)))
        with await self._bodies.read(request) as body:
            if call.method == "predict":
                return await self._in_a_thread(partial(predict_json, self._models, call.spec, body, self._limits))
            answer = partial(infer_json, self._models, call.spec, body, call.method, self._limits)
            return await self._in_a_thread(answer)

    async def _in_a_thread(self, function: Callable[[], bytes]) -> bytes:
        if self._threads is None:  # belongs to the loop that answers
            self._threads = anyio.CapacityLimiter(self._limits.threads)
        return await anyio.to_thread.run_sync(function, limiter=self._threads)


def _json(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")
