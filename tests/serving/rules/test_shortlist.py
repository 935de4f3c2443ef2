"""When the best items without rules are enough for a list by rules."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.rules.cases import arrays_of
from tests.serving.rules.world import K_MAX, ExactModule
from tfrec_dl.serving.rules import shortlist
from tfrec_dl.serving.rules.by_rules import ByRules
from tfrec_dl.serving.rules.inputs import RuleTensors
from tfrec_dl.serving.rules.request import items_of
from tfrec_dl.serving.rules.scores import deviations

NOTHING = {
    **dict.fromkeys(("history", "exclude", "only", "must", "must_not", "boost", "boost_weights", "at_most", "pin"), []),
    **{"diversity": 0.0, "keep_seen": "", "min_score": np.nan, "k": 0},
}


@pytest.fixture(scope="module")
def module():
    return ExactModule()


def is_exact(module, **rules):
    arrays = arrays_of([NOTHING | rules])
    seen = tf.constant([[2]])
    scores = module.scores(seen)
    request = ByRules(module).read({name: tf.constant(arrays[name]) for name in RuleTensors._fields})
    deviation, items = deviations(scores, request), items_of(module, request.wishes)
    assert shortlist.is_likely_short(request, module.size, 3)
    return bool(shortlist.shortlisted(scores, seen, deviation, request, items, K_MAX).is_exact)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"must": ["year>=1990"], "k": 3}, True),
        ({"must": ["year>=1990"], "pin": ["item-5@2"], "k": 3}, True),
        ({"must": ["year>=1990"], "at_most": ["genres=2"], "k": 3}, True),
        ({"must": ["genres=nothing"], "k": 3}, False),  # no item will do, which only all of them can say
        ({"boost": ["genres=War"], "boost_weights": [0.25], "k": 1}, True),
        # None of the best is lifted, so another one may come before them.
        ({"boost": ["genres=nothing"], "boost_weights": [100.0], "k": 3}, False),
    ],
    ids=str,
)
def test_a_shortlist_is_taken_where_it_is_proven_to_be_the_list(module, monkeypatch, rules, expected):
    monkeypatch.setattr(shortlist, "COUNT", 18)
    assert is_exact(module, **rules) == expected
