"""Where impressions come from, in plain values."""

import json
import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.impressions import shown
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource


@pytest.fixture
def source(tmp_path) -> RankingSource:
    shown(lists=40).to_csv(tmp_path / "table.csv", index=False)
    items = {"item_id": [f"i{item}" for item in range(12)], "colour": ["red", "blue"] * 6}
    pd.DataFrame(items).to_csv(tmp_path / "items.csv", index=False)
    return RankingSource(
        str(tmp_path / "table.csv"),
        Feedback(click="rating", like=4, dislike=2, dislike_weight=2.0, conversion=None),
        lists=("list",),
        position="position",
        context={"price": "number", "order": "ignore", "click": "ignore"},
        split="random",
        validation_share=0.2,
        seed=3,
        items=str(tmp_path / "items.csv"),
        item_kinds={"colour": "category"},
    )


def test_source_comes_back_from_json(source):
    again = RankingSource(**json.loads(json.dumps(source.description())))
    assert again == source
    assert isinstance(again.feedback, Feedback)
    assert again.lists == ("list",)


def test_source_that_came_back_reads_and_splits_the_same(source):
    again = RankingSource(**json.loads(json.dumps(source.description())))
    datasets = [each.read() for each in (source, again)]
    assert datasets[0].fingerprint == datasets[1].fingerprint
    assert set(datasets[0].impressions.context.kinds) == {"price", "device"}
    splits = [dataset.split for dataset in datasets]
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(splits[0], part), getattr(splits[1], part))
    assert not splits[0].in_time


def test_source_is_found_from_any_working_directory(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = RankingSource("table.csv", Feedback(click="click"), items="items.csv")
    absolute = relative.absolute()
    monkeypatch.chdir("/")
    assert len(absolute.read_impressions()) == 200
    assert absolute.read_items().kinds == {"colour": "category"}
    assert absolute.read_users() is None
    with pytest.raises(InputError, match="no file 'table.csv'"):
        relative.read()


def test_coverage_counts_the_items_that_have_features(source, caplog):
    caplog.set_level(logging.INFO, "tfrec_dl")
    source.read()
    (line,) = (record.getMessage() for record in caplog.records if "features for" in record.getMessage())
    assert line.startswith("items: features for 12 of ")


@pytest.mark.parametrize(
    "setting", [{"split": "later"}, {"test_share": 1.0}, {"seed": -1}, {"min_count": 0}, {"list": "x"}]
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(InputError):
        RankingSource("table.csv", Feedback(click="click"), **setting)


def test_fingerprint_tells_of_another_history(source, tmp_path):
    past = pd.DataFrame({"user_id": ["u0", "u1"], "item_id": ["i0", "i1"], "timestamp": [0, 0]})
    plain = replace(source, split="temporal")

    def fingerprint(history: pd.DataFrame | None) -> str:
        if history is not None:
            history.to_csv(tmp_path / "past.csv", index=False)
        path = None if history is None else str(tmp_path / "past.csv")
        asked = replace(plain, history=path)
        return asked.read().split.fingerprint()

    assert fingerprint(None) == plain.read().fingerprint
    assert len({fingerprint(None), fingerprint(past), fingerprint(past.assign(item_id=["i1", "i0"]))}) == 3
    assert fingerprint(past) == fingerprint(past)


@pytest.mark.parametrize("change", [{"split": "given"}, {"part": "part"}], ids=str)
def test_parts_are_named_for_a_given_split_and_for_no_other(source, change):
    with pytest.raises(InputError, match="name the column of parts if the split is 'given', and only then"):
        replace(source, **change).read()
