"""A documented request of TF Serving, and its documented answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RestForm:
    """A request over HTTP.

    Attributes:
        name: what it shows.
        body: as it is sent; an object is written as JSON. None for none.
        answer: the whole answer; of a request that fails, part of its message.
        status: of HTTP.
        path: what is asked.
        method: of HTTP.
        whole: whether the answer is compared whole, or just with the keys that are named.
    """

    name: str
    body: Any
    answer: Any
    status: int = 200
    path: str = "/v1/models/half:predict"
    method: str = "POST"
    whole: bool = True


@dataclass(frozen=True)
class GrpcForm:
    """A request over gRPC.

    Attributes:
        name: what it shows.
        call: method of `PredictionService` or `ModelService`.
        request: a message.
        answer: the whole message that comes back; names of signatures of metadata; of a request that fails, part of
            its message.
        code: name of the status.
    """

    name: str
    call: str
    request: Any
    answer: Any
    code: str = "OK"


Form = RestForm | GrpcForm


@dataclass(frozen=True)
class Group:
    """Forms of one source.

    Attributes:
        title: what they have in common.
        source: where they are documented, below github.com/tensorflow/serving.
        forms: of the group.
    """

    title: str
    source: str
    forms: Sequence[Form]


def refused(name: str, body: Any, line: str, status: int = 400, **others: Any) -> RestForm:
    """A request that fails.

    Args:
        name: what it shows.
        body: as of `RestForm`.
        line: part of the message.
        status: of HTTP.
        others: of `RestForm`.
    """
    return RestForm(name, body, line, status, **others)
