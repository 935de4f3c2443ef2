"""Limits on requests, so that none can overload the machine."""

import itertools
from collections.abc import Mapping

import numpy as np
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.server.statuses import invalid

CONDITIONS = ("must", "must_not", "boost")  # inputs for which each place costs as much as the scores of a row


@configuration
class Limits:
    """Limits of a server.

    Attributes:
        body_bytes: bytes per request, over HTTP and gRPC.
        waiting_bytes: total bytes of all requests that are being received or are waiting.
        rows: rows per request: its histories, items or candidates.
        text_bytes: bytes per text.
        cells: rows x places of the two widest inputs; an answer may hold a number for each.
        scores: rows x items of the catalogue x conditions per row.
        send_seconds: seconds in which a client must send a request.
        connections: number of simultaneous connections.
        threads: number of requests processed at once.
    """

    body_bytes: int = Field(default=4 << 20, ge=1)
    waiting_bytes: int = Field(default=64 << 20, ge=1)
    rows: int = Field(default=1024, ge=1)
    text_bytes: int = Field(default=1 << 20, ge=1)
    cells: int = Field(default=1 << 26, ge=1)
    scores: int = Field(default=1 << 27, ge=1)
    send_seconds: float = Field(default=10.0, gt=0)
    connections: int = Field(default=512, ge=1)
    threads: int = Field(default=4, ge=1)

    def check(self, inputs: Mapping[str, np.ndarray], items: int | None) -> None:
        """Rejects a request that is too large.

        Args:
            inputs: inputs of a signature.
            items: number of items in the model's catalogue; None if it has none.

        Raises:
            RequestError: for the first limit that it exceeds.
        """
        rows = max((len(value) for value in inputs.values() if value.ndim), default=1)
        if rows > self.rows:
            raise invalid(
                f"the request has {rows} rows, but this server takes at most {self.rows}: send fewer at a time."
            )
        widths = sorted((value.size // max(len(value), 1) for value in inputs.values() if value.ndim > 1), reverse=True)
        cells = rows * widths[0] * widths[min(1, len(widths) - 1)] if widths else 0
        if cells > self.cells:
            raise invalid(
                f"the request has {rows} rows of {widths[0]} places, but this server takes at most {self.cells} rows "
                "x places x places: send fewer rows or shorter ones."
            )
        if items is not None:
            conditions = sum(value.shape[1] for name, value in inputs.items() if name in CONDITIONS and value.ndim == 2)
            if rows * items * (1 + conditions) > self.scores:
                raise invalid(
                    f"the request has {rows} rows with {conditions} conditions on {items} items, but this server "
                    f"takes at most {self.scores} rows x conditions x items: send fewer rows or conditions."
                )
        texts = itertools.chain.from_iterable(value.flat for value in inputs.values() if value.dtype == object)
        longest = max(map(len, texts), default=0)
        if longest > self.text_bytes:
            raise invalid(f"a text has {longest} bytes, but this server takes at most {self.text_bytes}: shorten it.")
