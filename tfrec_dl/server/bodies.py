"""Reading of request bodies, with a limit on the bytes held in total."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from tfrec_dl.server.limits import Limits
from tfrec_dl.server.statuses import Code, RequestError

DRAINED = 16  # in multiples of the largest accepted body


class Bodies:
    """Reads request bodies.

    Args:
        limits: limits of the server.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = 0

    async def read(self, request: Request) -> "Body":
        """Reads a request's body; leave the block that it opens as soon as the body has been used.

        Raises:
            RequestError: if the body is too large or arrives too slowly, or too many bytes are waiting.
        """
        body = Body(self)
        try:
            await asyncio.wait_for(self._receive(request, body), self._limits.send_seconds)
        except asyncio.TimeoutError:
            body.free()
            message = f"the request did not arrive within {self._limits.send_seconds:g} seconds."
            raise RequestError(Code.DEADLINE_EXCEEDED, message, http_status=408) from None
        except ClientDisconnect:
            body.free()
            raise RequestError(Code.CANCELLED, "the client has gone.") from None
        except BaseException:
            body.free()
            raise
        return body

    async def _receive(self, request: Request, body: "Body") -> None:
        too_much = 0
        async for chunk in request.stream():
            if too_much or len(body.content) + len(chunk) > self._limits.body_bytes:
                # Reads the rest of the body if possible, because a client that is cut off reads no answer.
                too_much += len(chunk)
                if too_much > DRAINED * self._limits.body_bytes:
                    break
                continue
            body.content += chunk
            self._held += len(chunk)
            if self._held > self._limits.waiting_bytes:
                raise RequestError(Code.UNAVAILABLE, "too many requests are waiting: try again later.")
        if too_much:
            message = f"the request has more than {self._limits.body_bytes} bytes, the most that this server takes."
            raise RequestError(Code.RESOURCE_EXHAUSTED, message, http_status=413)

    def free(self, size: int) -> None:
        """Records that a body of this size has been released."""
        self._held -= size


class Body:
    """A request body, used as a block that releases it at the end.

    Args:
        bodies: reader that it belongs to.

    Attributes:
        content: bytes of the body.
    """

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.content = bytearray()

    def free(self) -> None:
        """Releases the body."""
        self._bodies.free(len(self.content))
        self.content = bytearray()

    def __enter__(self) -> bytes:
        return bytes(self.content)

    def __exit__(self, *_: object) -> None:
        self.free()
