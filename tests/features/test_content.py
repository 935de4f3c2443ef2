"""Preparing features: in blocks, for no items at all, and alike in every process."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.items import items_of_every_kind
from tests.retrieval.towers.towers import CERTAIN
from tfrec_dl.errors import InputError
from tfrec_dl.features import content
from tfrec_dl.features.content import Content, prepare
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features

ITEMS = items_of_every_kind(11)


def test_features_prepared_in_blocks_are_those_prepared_at_once(monkeypatch):
    layer = FittedFeatures.fit(CERTAIN, ITEMS).preparation(CERTAIN)
    whole = prepare(layer, ITEMS.columns)
    assert {name: values.shape for name, values in whole.items()} == {
        "the title": (11, 3),
        "maker": (11, 1),
        "genres": (11, 2),
        "year": (11, 2),
        "cover": (11, 8, 6, 3),
    }
    monkeypatch.setattr(content, "BLOCK", 4)
    for name, values in prepare(layer, ITEMS.columns).items():
        np.testing.assert_array_equal(values, whole[name])


def test_no_rows_are_prepared_to_no_rows():
    layer = FittedFeatures.fit(CERTAIN, ITEMS).preparation(CERTAIN)
    whole, none = prepare(layer, ITEMS.columns), prepare(layer, ITEMS.take([]).columns)
    for name, values in none.items():
        assert values.shape == (0, *whole[name].shape[1:])
        assert values.dtype == whole[name].dtype


def test_missing_features_are_prepared_as_the_rows_before_the_first_item():
    """Padding, unknown items and items without features are one and the same to the network."""
    fitted = FittedFeatures.fit(CERTAIN, ITEMS)
    rows = Features.of(fitted, CERTAIN, ITEMS.take(["nobody"]), empty_rows=1)
    for values in rows.prepared.values():
        np.testing.assert_array_equal(values[0], values[1])


def test_what_was_learnt_comes_back_from_its_file_and_prepares_the_same(tmp_path):
    fitted = FittedFeatures.fit(Content(), ITEMS)
    fitted.save(tmp_path / "fitted.json")
    again = FittedFeatures.load(tmp_path / "fitted.json")
    assert again.kinds == ITEMS.kinds
    found, expected = (prepare(each.preparation(Content()), ITEMS.columns) for each in (again, fitted))
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("change", [{"states": {}}, {"kinds": {"year": "date"}}, {"states": {"year": {"mean": "a"}}}])
def test_file_of_what_was_learnt_that_is_damaged_is_refused_in_one_line(tmp_path, change):
    path = tmp_path / "fitted.json"
    values = {"kinds": {"year": "number"}, "states": {"year": {"mean": 0.0, "deviation": 1.0}}}
    path.write_text(json.dumps({**values, **change}))
    with pytest.raises(InputError, match="train the run again") as refused:
        FittedFeatures.load(path).preparation(Content())
    assert "\n" not in str(refused.value)


def digest() -> str:
    """Of everything that is learnt from the items' features before training."""
    prepared = prepare(FittedFeatures.fit(Content(), ITEMS).preparation(Content()), ITEMS.columns)
    return hashlib.sha256(b"".join(values.tobytes() for values in prepared.values())).hexdigest()


def test_every_process_learns_the_same_tokens_and_categories_in_the_same_order():
    """Early runs' folders hold the features and not the tokens, so a served index depends on it."""
    other = subprocess.run(
        [sys.executable, "-c", "from tests.features.test_content import digest; print(digest())"],
        env={**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest()
