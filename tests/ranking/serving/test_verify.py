import numpy as np
import pytest

from tfrec_dl.ranking.serving.verify import compare
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.run_saved_model import VerificationError

ANSWER = {
    "item_ids": np.array([[b"i1", b"i2", b""]], object),
    "scores": np.array([[0.5, 0.25, LOWEST_SCORE]], np.float32),
    "click": np.array([[0.5, 0.25, 0.0]], np.float32),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda found: None, None),
        (lambda found: found["item_ids"].__setitem__((0, 0), b"i2"), "different candidates"),  # an item twice
        (lambda found: found["item_ids"].__setitem__((0, 2), b"i3"), "different candidates"),  # one too many
        (lambda found: [values.__setitem__((0, slice(2)), values[0, [1, 0]]) for values in found.values()], "order"),
        (lambda found: found["click"].__setitem__((0, 1), 0.26), "differs from the Python model's by 0.01"),
        (lambda found: found["click"].__setitem__((0, 1), np.nan), "differs"),
    ],
)
def test_wrong_answers_are_noticed(change, message):
    found = {name: values.copy() for name, values in ANSWER.items()}
    change(found)
    request = {"item_ids": np.array([["", "i2", "i1"]], object)}
    expected = {name: np.array([0.25, 0.5], np.float32) for name in ("scores", "click")}
    if message is None:
        assert compare("a path", request, expected, found) == 0
        return
    with pytest.raises(VerificationError, match=message):
        compare("a path", request, expected, found)
