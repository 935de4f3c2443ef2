"""Exports answer a program without Python as they answer Python."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import c_client as client
from tests.serving.any_request import NO_IDS
from tests.serving.paths import c_client, needs_compiler
from tfrec_dl.serving.compare_answers import compare_answers
from tfrec_dl.serving.run_saved_model import run_in_session

SHIPPED = sorted((Path(__file__).parents[2] / "saved_models").glob("*/1"))
pytestmark = [pytest.mark.process, needs_compiler]


def answers_as_python(asked):
    answers = client.ask(c_client(), asked)
    for version, requests in asked.items():
        wanted = run_in_session(version, requests)
        for (name, _), expected, found in zip(requests, wanted, answers[version], strict=True):
            compare_answers(f"{version}, {name}", expected, found)


def test_warm_up_requests_of_the_shipped_exports():
    """Of each the plain ones; of every signature below, for TensorFlow optimises each anew, rules for seconds."""
    assert SHIPPED
    plain = {"serving_default", "similar_items"}
    answers_as_python(
        {version: [each for each in client.requests_of(version) if each[0] in plain] for version in SHIPPED}
    )


def test_every_signature_of_a_network_and_ids_of_any_bytes(version):
    requests = client.requests_of(version)
    odd = np.array([[*NO_IDS, b"a"], [b"", b"b", b"", 'π,"\n🎬'.encode()]], object)
    requests.append(("recommend_excluding", {"history": odd, "exclude": odd[:, 3:]}))
    assert {name for name, _ in requests} > {"serving_default", "similar_items", "explain", "embed_items"}
    answers_as_python({version: requests})


def test_threads_share_a_session(version):
    threads, count, a_second, middle, late, before, after = client.replay(
        c_client(), version, client.requests_of(version)[:4], 2_000, 4
    )
    assert (threads, count) == (4, 2_000)
    assert a_second > 0
    assert 0 < middle <= late
    assert after < before + 20  # megabytes
