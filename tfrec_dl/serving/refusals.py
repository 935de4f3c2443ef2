"""Rejection of invalid requests inside the graph: InvalidArgument with one line that names the invalid value."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.graphs import called_cond, traced_once

PREAMBLES = ("Graph execution error:", "Detected at node ", "<stack traces unavailable>")
SHOWN = 80  # maximum number of bytes shown of a text


class Check(NamedTuple):
    """A check on a request.

    Attributes:
        bad: bool of any shape, whether a value is invalid.
        received: received values, text or numbers of that shape; the first bad one is named.
        line: what is wrong and how to fix it, with "{}" in place of the received value.
        end: end of the line, if it is only known inside the graph.
    """

    bad: tf.Tensor
    received: tf.Tensor
    line: str
    end: str | tf.Tensor = ""


def refuse(*checks: Check) -> tf.Tensor:
    """Returns a tensor that fails if any check is bad; operations that must not run in that case depend on it."""
    bad = [tf.reshape(check.bad, [-1]) for check in checks]

    def fail() -> tf.Tensor:
        lines = tf.concat([_lines(each, check) for each, check in zip(bad, checks, strict=True)], axis=0)
        good = tf.size(lines) < 1
        with tf.control_dependencies([tf.debugging.Assert(good, [lines[:1]])]):
            return tf.identity(good)

    # Texts are only built if they are needed.
    return called_cond(tf.reduce_any(tf.concat(bad, axis=0)), fail, lambda: True)


def _lines(bad: tf.Tensor, check: Check) -> tf.Tensor:
    """Returns the line of a failed check, [1], or nothing, [0]."""
    before, after = check.line.split("{}")
    received = tf.reshape(check.received, [-1])
    return _line_of_first(bad, received, tf.constant(before), tf.strings.join([after, check.end]))


@traced_once
def _line_of_first(bad: tf.Tensor, received: tf.Tensor, before: tf.Tensor, after: tf.Tensor) -> tf.Tensor:
    first = tf.gather(received, tf.where(bad)[:1, 0])
    text = first if first.dtype == tf.string else tf.strings.as_string(first, shortest=first.dtype.is_floating)
    # TensorFlow cannot raise errors whose text is not UTF-8.
    shown = tf.strings.unicode_transcode(tf.strings.substr(text, 0, SHOWN), "UTF-8", "UTF-8")
    return tf.strings.join([before, shown, after])


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Converts the rejection of a request to an InputError with its line.

    Raises:
        InputError: with the line written by `refuse`, or otherwise the first line of TensorFlow's message.
    """
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        raise InputError(refusal_of(error)) from None


def refusal_of(error: tf.errors.InvalidArgumentError) -> str:
    """Extracts the line written by `refuse` from TensorFlow's message; if there is none, says what failed."""
    found = re.search(r"assertion failed: \[(.*?)\](?=\s*(\[Op|\[\[|$))", error.message, re.DOTALL)
    if found is None:
        lines = str(error.message).strip().split("\n")
        return next((line for line in lines if line.strip() and not line.startswith(PREAMBLES)), lines[0])
    escaped, _ = codecs.escape_decode(found[1].encode())
    return " ".join(escaped.decode(errors="replace").split())
