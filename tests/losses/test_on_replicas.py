"""Losses under a synchronous strategy: the negatives of a batch are those of the global batch."""

import json

import numpy as np
import pytest

from tests import processes
from tests.losses import losses_on_two_replicas


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("losses")
    log, answer = folder / "log", folder / "answer.json"
    assert processes.run(log, losses_on_two_replicas.main, str(answer)) == 0, log.read_text()[-3000:]
    return json.loads(answer.read_text())


@pytest.mark.parametrize("loss", ["in_batch_softmax", "mixed_softmax", "sampled_softmax", "gbce"])
def test_two_replicas_give_loss_and_gradients_of_one(outcomes, loss):
    for of_one, of_two in zip(outcomes[loss]["1"], outcomes[loss]["2"], strict=True):
        np.testing.assert_allclose(of_two, of_one, rtol=1e-5, atol=1e-6)
