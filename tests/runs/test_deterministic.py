"""The same seed twice, with deterministic operations: the same weights, bit for bit."""

import numpy as np

from tests import processes
from tests.synthetic import cyclic_interactions
from tfrec_dl.cli import app
from tfrec_dl.families.run import Run

SETTINGS = [
    *("--model", "next_it_net", "--epochs", "1", "--batch-size", "16", "--max-length", "6", "--seed", "5"),
    *("--set", "loss=sampled_softmax", "--set", "negatives=8", "--set", "channels=8", "--set", "dimension=8"),
]


def run_program(arguments: list[str]) -> None:
    app(arguments)


def test_deterministic_trainings_end_with_the_same_weights(tmp_path):
    cyclic_interactions(60, 20, 10, noise=0.2).to_csv(tmp_path / "table.csv", index=False)
    log = tmp_path / "log"
    for name in ("first", "second"):
        command = ["train", "--data", str(tmp_path / "table.csv"), "--out", str(tmp_path / name), *SETTINGS]
        assert processes.run(log, run_program, [*command, "--deterministic"]) == 0, log.read_text()[-2000:]

    first, second = (Run.open(tmp_path / name).model().trainable_variables for name in ("first", "second"))
    assert len(first) > 10
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
