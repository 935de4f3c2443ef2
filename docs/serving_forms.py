"""Writes docs/serving_forms.md from the tables that the tests ask: python -m docs.serving_forms."""

import json
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from tests.server.forms import (
    grpc_examples,
    grpc_models,
    grpc_predict,
    rest_errors,
    rest_examples,
    rest_paths,
    rest_predict,
)
from tests.server.forms.form import Form, Group, GrpcForm, RestForm

PAGE = Path(__file__).with_name("serving_forms.md")
PARTS = (rest_predict, rest_errors, rest_paths, rest_examples, grpc_predict, grpc_examples, grpc_models)
GROUPS: list[Group] = [group for part in PARTS for group in part.GROUPS]
LONGEST = 300  # characters of a request or answer that the page shows
HEAD = """# TF Serving's documented requests

What `tfrec-dl serve` is asked in `tests/server/test_forms.py`: {count} requests after those that TensorFlow Serving
documents, in its pages and in its own tests and sources, with the answers that are given there. Each is asked as it
stands here, and has to be answered so: with the whole answer and the status, or, of a request that fails, with the
status and the part of its message that stands here. `python -m docs.serving_forms` writes this page from the tables
that the tests ask. What is longer than {longest} characters is cut here.

Sources are files of [tensorflow/serving](https://github.com/tensorflow/serving) below `tensorflow_serving/`. They were
read, not run: `tensorflow_model_server` could not be had where this was written. Names in CamelCase are those of its
tests; where its models are not at hand, inputs are those of ours:

- `half_plus_two`, version 123: y = x / 2 + 2, made as TF Serving's own, with signatures that classify and regress;
- `two`: the same, as version 1, labelled `stable`, and version 2, labelled `canary`;
- `half`, version 1: y = x / 2 + 2 for any shape, and signatures with inputs of all types;
- ``modelname!#$%&'()*+,/:;=?@[]``: `half_plus_two`, with a label that has the same characters;
- `broken`: cannot be loaded.
"""


def forms_page() -> str:
    """The page of all forms."""
    blocks = [HEAD.format(count=sum(len(group.forms) for group in GROUPS), longest=LONGEST)]
    for group in GROUPS:
        lines = ["| what | request | answer |", "|---|---|---|"]
        lines += [f"| {_cell(form.name)} | {_code(request_of(form))} | {answer_of(form)} |" for form in group.forms]
        blocks.append("\n".join([f"## {group.title}\n", f"{group.source}\n", *lines]) + "\n")
    return "\n".join(blocks)


def request_of(form: Form) -> str:
    """What is sent."""
    if isinstance(form, GrpcForm):
        return f"{form.call} {_message(form.request)}".strip()
    body = form.body if isinstance(form.body, str) or form.body is None else json.dumps(form.body, ensure_ascii=False)
    return f"{form.method} {form.path} {body or ''}".strip()


def answer_of(form: Form) -> str:
    """What comes back, as Markdown."""
    status = form.status if isinstance(form, RestForm) else form.code
    if isinstance(form.answer, str):
        return f"{status}, error with {_code(form.answer)}"
    if isinstance(form, RestForm):
        return f"{status}{'' if form.whole else ', with'} {_code(json.dumps(form.answer, ensure_ascii=False))}"
    if isinstance(form.answer, tuple):
        model, names = form.answer
        return f"{status}, {_code(_message(model))}, signatures, among them {_code(', '.join(names))}"
    return f"{status} {_code(_message(form.answer))}"


def _message(message: Any) -> str:
    return str(text_format.MessageToString(message, as_one_line=True))


def _code(text: str) -> str:
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    text = text.replace("\n", "\\n").replace("\u0000", "\\0").replace("|", "\\|")
    mark = "``" if "`" in text else "`"
    return f"{mark}{text}{mark}"


def _cell(text: str) -> str:
    return _code(text) if "/v1" in text.lower() else text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(forms_page(), "utf-8")
