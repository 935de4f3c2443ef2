import numpy as np
import pytest
from pydantic import ValidationError

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError


@pytest.fixture
def path(tmp_path) -> str:
    frame = cyclic_interactions(users=5, items=6, length=5)
    frame["timestamp"] = 5 * frame["timestamp"] + np.repeat(np.arange(5), 5)  # no two at once
    frame["day"] = frame["timestamp"].max() - frame["timestamp"]  # the other way round
    frame.to_csv(tmp_path / "table.csv", index=False)
    return str(tmp_path / "table.csv")


def test_columns_are_those_named(path):
    forwards, backwards = DataSource(path).read(), DataSource(path, time="day").read()
    np.testing.assert_array_equal(forwards.order.reshape(5, 5)[:, ::-1], backwards.order.reshape(5, 5))
    swapped = DataSource(path, user="item_id", item="user_id").read()
    assert sorted(swapped.user_ids) == sorted(forwards.item_ids)


def test_split_is_the_one_named(path):
    parts = {}
    for name in ("leave-last-out", "temporal"):
        source = DataSource(path, split=name)
        split = source.divide(source.read())
        parts[name] = (len(split.train.items), len(split.validation.targets.items), len(split.test.targets.items))
    assert parts == {"leave-last-out": (15, 5, 5), "temporal": (21, 2, 2)}  # by the clock a tenth of 25 each


def test_rare_items_are_left_out_of_the_vocabulary(path):
    source = DataSource(path)
    interactions = source.read()
    counts = source.divide(interactions).vocabulary.counts
    kept = DataSource(path, min_count=int(counts.max())).divide(interactions).vocabulary
    assert 0 < len(kept.ids) == np.count_nonzero(counts == counts.max())


def test_absolute_source_is_found_from_any_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = DataSource("table.csv", split="temporal").absolute()
    monkeypatch.chdir("/")
    assert source == DataSource(path, split="temporal")
    assert len(source.read()) == 25


def test_table_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="nothing.csv"):
        DataSource(str(tmp_path / "nothing.csv")).read()


def test_table_too_short_to_split_is_an_input_error(tmp_path):
    (tmp_path / "table.csv").write_text("user_id,item_id\na,x\na,y\n")
    source = DataSource(str(tmp_path / "table.csv"))
    with pytest.raises(InputError, match="no user has the 3 interactions") as refused:
        source.divide(source.read())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("settings", [{"split": "random"}, {"min_count": 0}, {"seperator": ";"}])
def test_settings_out_of_bounds_or_unheard_of_are_refused(settings):
    with pytest.raises(ValidationError, match=next(iter(settings))):
        DataSource("table.csv", **settings)
