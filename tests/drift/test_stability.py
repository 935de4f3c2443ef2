"""The population stability index, and what chance makes of it."""

import numpy as np
import pytest

from tfrec_dl.data.profile.bin_counts import BinCounter, BinCounts
from tfrec_dl.drift.stability import stability


def test_the_index_is_as_defined():
    found = stability(BinCounts((60_000, 40_000, 0), 1e5), BinCounts((40_000, 60_000, 0), 1e5))
    assert found.index == pytest.approx(0.2 * np.log(1.5) * 2, rel=1e-4)  # the bin that is empty in both counts nothing
    assert found.expected == pytest.approx(1 * 2e-5)
    assert found.beyond_chance


def test_a_bin_that_was_empty_makes_no_infinite_index():
    found = stability(BinCounts((0, 500), 500), BinCounts((50, 450), 500))
    assert 0.2 < found.index < 1.0
    assert found.beyond_chance


@pytest.mark.parametrize("users", [30, 300])
@pytest.mark.parametrize("alike", [1, 8])
def test_samples_of_the_same_are_seldom_beyond_chance(users, alike):
    """However small, and however alike the interactions of a user are."""
    draw = np.random.default_rng(users + alike)

    def sample(size):
        counter = BinCounter(10)
        counter.add(alike * draw.multinomial(8 // alike, [0.1] * 10, size=size))
        return counter.found()

    found = [stability(sample(1000), sample(users)) for _ in range(300)]
    assert sum(each.beyond_chance for each in found) <= 3
    mean = np.mean([each.index for each in found])
    assert mean == pytest.approx(found[0].expected, rel=0.4)
