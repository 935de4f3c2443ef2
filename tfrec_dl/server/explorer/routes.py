"""Routes of the explorer: its page at /, its files, and its queries."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tfrec_dl.server import json_requests
from tfrec_dl.server.bodies import Bodies
from tfrec_dl.server.explorer.questions import Questions
from tfrec_dl.server.explorer.users import UserHistories
from tfrec_dl.server.json_answers import error_body
from tfrec_dl.server.models import Models
from tfrec_dl.server.statuses import RequestError

PAGE = Path(__file__).parent / "page"
# The page loads nothing from elsewhere, cannot be embedded, and is checked for a newer version on each visit.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def explorer_routes(models: Models, bodies: Bodies, users: UserHistories | None = None) -> list[BaseRoute]:
    """Returns the routes.

    Args:
        models: served models.
        bodies: reader of request bodies.
        users: as for `Questions`.
    """
    questions = Questions(models, users)
    asked = {
        "models": questions.models,
        "search": questions.search,
        "items": questions.items,
        "values": questions.values,
        "users": questions.users,
    }
    return [
        Route("/", _page),
        *(Route(f"/explorer/{name}", _answering(answer, bodies), methods=["POST"]) for name, answer in asked.items()),
        Mount("/explorer", _Files(directory=PAGE)),
    ]


async def _page(request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers=HEADERS)


class _Files(StaticFiles):
    """The files of the page."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def _answering(answer: Answer, bodies: Bodies) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            with await bodies.read(request) as body:
                found = await anyio.to_thread.run_sync(partial(_asked, answer, body))
            return Response(found, media_type="application/json")
        except RequestError as error:
            return Response(error_body(error.message), error.http_status, media_type="application/json")

    return respond


def _asked(answer: Answer, body: bytes) -> bytes:
    return json.dumps(answer(json_requests.parsed(body))).encode()
