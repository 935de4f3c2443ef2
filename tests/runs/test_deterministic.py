"""The same seed twice, with deterministic operations: the same weights, bit for bit."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.families.run import Run

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = [
    *("--model", "next_it_net", "--epochs", "2", "--batch-size", "16", "--max-length", "6", "--seed", "5"),
    *("--set", "loss=sampled_softmax", "--set", "negatives=8", "--set", "channels=8", "--set", "dimension=8"),
]


@pytest.mark.slow
def test_deterministic_trainings_end_with_the_same_weights(tmp_path):
    cyclic_interactions(60, 20, 10, noise=0.2).to_csv(tmp_path / "table.csv", index=False)
    program = [sys.executable, "-c", "from tfrec_dl.cli import app; app()", "train", "--deterministic"]
    for name in ("first", "second"):
        command = [*program, "--data", str(tmp_path / "table.csv"), "--out", str(tmp_path / name), *SETTINGS]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]

    first, second = (Run.open(tmp_path / name).model().trainable_variables for name in ("first", "second"))
    assert len(first) > 10
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
