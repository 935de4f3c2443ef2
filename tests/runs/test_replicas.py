"""Two replicas train as one device does: same batches, same dropout, same negatives, same loss, same runs.

They train in a process of its own, where the CPU is made two logical devices.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    command = [sys.executable, "-m", "tests.runs.on_replicas", str(tmp_path_factory.mktemp("replicas"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("case", ["gru", "next_it_net, sampled", "mult_dae"])
def test_steps_of_two_replicas_are_those_of_one_device(found, case):
    one, two = found[case]

    assert two[:2] == pytest.approx(one[:2], rel=1e-5)  # later ones differ by what Adam makes of rounding
    assert two[-1] == pytest.approx(one[-1], rel=1e-3)
    assert one[0] != pytest.approx(one[1], rel=1e-4)


def test_a_batch_that_cannot_be_halved_has_the_same_loss(found):
    one, two = found["not to be halved"]

    assert two[0] == pytest.approx(one[0], rel=1e-5)


def test_a_run_of_two_replicas_reaches_what_one_device_does_and_goes_on_with_one(found):
    runs = found["runs"]

    assert runs["alone"][-1] > 0.8
    assert len(runs["changed"]) == len(runs["alone"])
    for name in ("both", "changed"):
        assert runs[name] == pytest.approx(runs["alone"], abs=0.02)
