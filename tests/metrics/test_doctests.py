import doctest

import numpy as np
import pytest

from tfrec_dl.metrics import catalogue as catalogue_metrics
from tfrec_dl.metrics import metrics
from tfrec_dl.metrics.rankings import Rankings


@pytest.mark.parametrize(("module", "examples"), [(metrics, 7), (catalogue_metrics, 3)])
def test_every_metric_gives_the_value_its_docstring_shows(module, examples):
    example = Rankings(
        ranks=np.array([1.0, 3.0, np.inf, 12.0]),
        offsets=np.array([0, 3, 4]),
        candidates=np.array([6, 20]),
        lists=np.array([[2, 3], [2, 0]]),
        item_counts=np.array([0, 0, 6, 2]),
        user_ids=np.array(["a", "b"], dtype=object),
    )
    results = doctest.testmod(module, extraglobs={"example": example, "np": np})
    assert results.attempted == examples
    assert results.failed == 0
