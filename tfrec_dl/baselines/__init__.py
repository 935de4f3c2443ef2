"""Baselines: recommenders without a neural network, which every model is compared with.

`tfrec_dl.baselines.EASE` and the other classes are imported when they are first used.
"""

from typing import Any

from tfrec_dl.baselines.baseline import BASELINES, COLD_BASELINES, Baseline, ColdStartBaseline
from tfrec_dl.lazy_parts import lazily

__all__ = ["BASELINES", "COLD_BASELINES", "Baseline", "ColdStartBaseline", "register", "register_cold_start"]

register = BASELINES.register
register_cold_start = COLD_BASELINES.register
_attribute = lazily(
    __name__,
    (BASELINES, COLD_BASELINES),
    {
        "fit": ["baseline_entries", "fit_baselines"],
        "graph": ["BaselineGraph", "SparseRows", "distinct_items", "frozen"],
        "rating_bias": ["RatingBias"],
        "transition_settings": ["TransitionSettings"],
        "votes_graph": ["VotesGraph"],
    },
)


def __getattr__(name: str) -> Any:
    return _attribute(name)
