import numpy as np
import pytest

from tfrec_dl.runs.schedules import warm_up_and_decay


@pytest.mark.parametrize("warm_up", [0.0, 0.25])
def test_rate_warms_up_to_the_peak_and_decays_to_a_hundredth(warm_up):
    schedule = warm_up_and_decay(peak=0.1, warm_up=warm_up, steps=40)
    rates = [float(schedule(step)) for step in range(41)]
    peak = int(40 * warm_up)
    assert rates[peak] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(0.1)
    assert rates[40] == pytest.approx(0.001)
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[peak + (40 - peak) // 2] == pytest.approx((0.1 + 0.001) / 2)
    if warm_up:
        assert rates[0] == pytest.approx(0.001)
        np.testing.assert_allclose(np.diff(rates[: peak + 1]), 0.0099, rtol=1e-4)
