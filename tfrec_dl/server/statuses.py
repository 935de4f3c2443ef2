"""Outcomes of requests: TensorFlow's codes, which gRPC shares, and their HTTP statuses in TF Serving."""

from enum import IntEnum


class Code(IntEnum):
    """How a request ended, with the numbers of `tensorflow::error::Code`."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


HTTP = {
    Code.OK: 200,
    Code.CANCELLED: 499,
    Code.INVALID_ARGUMENT: 400,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 400,
    Code.ABORTED: 409,
    Code.OUT_OF_RANGE: 400,
    Code.UNIMPLEMENTED: 501,
    Code.UNAVAILABLE: 503,
    Code.UNAUTHENTICATED: 401,
}  # 500 for all others


class RequestError(Exception):
    """Raised for a request that is rejected or has failed.

    Args:
        code: reason as a code.
        message: message to the client.
        http_status: HTTP status, if it differs from TF Serving's for the code; for limits that TF Serving lacks.
    """

    def __init__(self, code: Code, message: str, http_status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = HTTP.get(code, 500) if http_status is None else http_status


def invalid(message: str) -> RequestError:
    """Returns the error for a request that cannot be read or answered."""
    return RequestError(Code.INVALID_ARGUMENT, message)


def not_found(message: str) -> RequestError:
    """Returns the error for a request for something that does not exist."""
    return RequestError(Code.NOT_FOUND, message)
