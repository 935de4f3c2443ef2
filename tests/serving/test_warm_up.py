import numpy as np
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS
from tfrec_dl.serving.run_saved_model import run_in_session
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up


@pytest.fixture(scope="module")
def requests(version):
    return read_warm_up(version / WARM_UP_FILE)


def inputs_of(request):
    return {key: tf.make_ndarray(value) for key, value in request.inputs.items()}


def test_every_signature_is_warmed_up_at_more_than_one_batch_size(version, requests):
    sizes = {}
    for request in requests:
        for value in inputs_of(request).values():
            sizes.setdefault(request.model_spec.signature_name, set()).add(len(value))
    assert sizes == {name: {1, 8} for name in tf.saved_model.load(str(version)).signatures}
    assert {request.model_spec.name for request in requests} == {"chain"}


def test_histories_are_full_short_and_empty(requests):
    histories = [
        row.tolist() for request in requests if "history" in request.inputs for row in inputs_of(request)["history"]
    ]
    assert [b"a", b"b", b"c"] in histories
    assert [b"a"] in histories
    assert [b"", b"", b""] in histories


def test_file_stays_below_tf_servings_limit(requests):
    assert len(requests) <= 1000


def test_every_request_runs_in_a_session_by_its_signatures_tensors(version, requests):
    calls = [(request.model_spec.signature_name, inputs_of(request)) for request in requests]
    for (name, inputs), outputs in zip(calls, run_in_session(version, calls), strict=True):
        rows = {len(value) for value in inputs.values()}
        assert {len(value) for value in outputs.values()} == rows, name
        for output, value in outputs.items():
            if value.dtype == np.float32:
                assert np.isfinite(value).all(), name
            elif output == "item_ids":
                assert {item.decode() for item in value.ravel()} <= {*ITEMS, ""}
