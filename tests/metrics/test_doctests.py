"""Every registered metric gives the value that its docstring shows."""

import doctest
import sys

import numpy as np
import pytest

from tfrec_dl.metrics import METRICS, Rankings


@pytest.mark.parametrize("metric", METRICS.classes(), ids=lambda metric: metric.name)
def test_every_metric_gives_the_value_its_docstring_shows(metric):
    # The first user's three targets are ranked 1 and 3 and missed, the second user's one target is ranked 12; 6 and 20
    # items could have been recommended. They get items 2 and 3, and item 2 alone, which were seen 6 and 2 times.
    example = Rankings(
        ranks=np.array([1.0, 3.0, np.inf, 12.0]),
        offsets=np.array([0, 3, 4]),
        candidates=np.array([6, 20]),
        lists=np.array([[2, 3], [2, 0]]),
        item_counts=np.array([0, 0, 6, 2]),
        user_ids=np.array(["a", "b"], dtype=object),
    )
    results = doctest.testmod(sys.modules[metric.__module__], extraglobs={"example": example, "np": np})
    assert results.attempted == 1
    assert results.failed == 0
