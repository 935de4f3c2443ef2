"""Two replicas train as one device does: same batches, same dropout, same negatives, same loss, same runs.

They train in a process of its own, where the CPU is made two logical devices.
"""

import json

import pytest

from tests import processes
from tests.runs import on_replicas


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    log, answer = folder / "log", folder / "answer.json"
    assert processes.run(log, on_replicas.main, str(folder), str(answer)) == 0, log.read_text()[-2000:]
    return json.loads(answer.read_text())


@pytest.mark.parametrize("case", ["gru", "next_it_net, sampled", "mult_dae", "perturbed"])
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
