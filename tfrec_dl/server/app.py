"""The ASGI application of a server, which dispatches requests by path."""

import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tfrec_dl.server.bodies import Bodies
from tfrec_dl.server.explorer.routes import explorer_routes
from tfrec_dl.server.explorer.users import UserHistories
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.metrics import Metrics
from tfrec_dl.server.models import Models
from tfrec_dl.server.rest import RestInterface

REST = re.compile(rb"/v1(/|$)", re.IGNORECASE)


class Application:
    """The ASGI application of a server.

    Args:
        models: served models.
        limits: limits on a request.
        metrics: metrics that count requests.
        metrics_at: path where Prometheus finds the metrics; None for none.
        users: users whose histories the explorer can load; None for nobody.
    """

    def __init__(
        self,
        models: Models,
        limits: Limits,
        metrics: Metrics,
        metrics_at: str | None,
        users: UserHistories | None = None,
    ) -> None:
        bodies = Bodies(limits)
        self._rest = RestInterface(models, limits, bodies, metrics)

        async def show_metrics(request: Request) -> Response:
            return PlainTextResponse(metrics.page())

        routes = [] if metrics_at is None else [Route(metrics_at, show_metrics)]
        self._pages = Starlette(routes=[*routes, *explorer_routes(models, bodies, users)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        # Not a route, because TF Serving interprets the raw path.
        if scope["type"] == "http" and REST.match(scope["raw_path"]):
            response = await self._rest(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self._pages(scope, receive, send)
