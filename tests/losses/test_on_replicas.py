"""Losses under a synchronous strategy: the negatives of a batch are those of the global batch."""

import json
import subprocess
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def outcomes() -> dict:
    command = [sys.executable, "-m", "tests.losses.losses_on_two_replicas"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("loss", ["in_batch_softmax", "mixed_softmax", "sampled_softmax", "gbce"])
def test_two_replicas_give_loss_and_gradients_of_one(outcomes, loss):
    for of_one, of_two in zip(outcomes[loss]["1"], outcomes[loss]["2"], strict=True):
        np.testing.assert_allclose(of_two, of_one, rtol=1e-5, atol=1e-6)
