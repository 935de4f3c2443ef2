"""Connections on which clients must send the head of a request in time."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def impatient(seconds: float) -> type[H11Protocol]:
    """Returns the protocol of a server's connections.

    uvicorn waits forever for the first request of a connection. The time until a later request begins is limited by its
    `timeout_keep_alive`.

    Args:
        seconds: time limit for the head of a request, from the connection or from the first byte of a later request.
    """

    class Impatient(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._deadline = self.loop.call_later(seconds, self._hang_up)

        def data_received(self, data: bytes) -> None:
            if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
                self._deadline = self.loop.call_later(seconds, self._hang_up)
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._be_patient()  # the head has arrived; whoever reads the body waits for it

        def connection_lost(self, exc: Exception | None) -> None:
            self._be_patient()
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            self._be_patient()
            super().on_response_complete()

        def _be_patient(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _hang_up(self) -> None:
            self._deadline = None
            if not self.transport.is_closing():
                self.transport.close()

    return Impatient
