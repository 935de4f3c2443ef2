from dataclasses import replace

import numpy as np
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError

ITEM_TABLE = "item_id,title,pages\n" + "".join(f"item_{item},a text of {item},{item}\n" for item in (3, 0, 1, 2, 9))


@pytest.fixture
def path(tmp_path) -> str:
    frame = cyclic_interactions(users=5, items=6, length=5)
    frame["timestamp"] = 5 * frame["timestamp"] + np.repeat(np.arange(5), 5)  # no two at once
    frame["day"] = frame["timestamp"].max() - frame["timestamp"]  # the other way round
    frame.to_csv(tmp_path / "table.csv", index=False)
    return str(tmp_path / "table.csv")


def test_columns_are_those_named(path):
    forwards, backwards = DataSource(path).read_interactions(), DataSource(path, time="day").read_interactions()
    np.testing.assert_array_equal(forwards.order.reshape(5, 5)[:, ::-1], backwards.order.reshape(5, 5))
    swapped = DataSource(path, user="item_id", item="user_id").read_interactions()
    assert sorted(swapped.user_ids) == sorted(forwards.item_ids)


def test_split_is_the_one_named(path):
    parts = {}
    for name in ("leave-last-out", "temporal"):
        source = DataSource(path, split=name)
        split = source.read().split
        parts[name] = (len(split.train.items), len(split.validation.targets.items), len(split.test.targets.items))
    assert parts == {"leave-last-out": (15, 5, 5), "temporal": (21, 2, 2)}  # by the clock a tenth of 25 each


def test_rare_items_are_left_out_of_the_vocabulary(path):
    source = DataSource(path)
    counts = source.read().split.vocabulary.counts
    kept = DataSource(path, min_count=int(counts.max())).read().split.vocabulary
    assert 0 < len(kept.ids) == np.count_nonzero(counts == counts.max())


def test_absolute_source_is_found_from_any_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = DataSource("table.csv", split="temporal").absolute()
    monkeypatch.chdir("/")
    assert source == DataSource(path, split="temporal")
    assert len(source.read().interactions) == 25


def test_table_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="nothing.csv"):
        DataSource(str(tmp_path / "nothing.csv")).read()


def test_table_too_short_to_split_is_an_input_error(tmp_path):
    (tmp_path / "table.csv").write_text("user_id,item_id\na,x\na,y\n")
    source = DataSource(str(tmp_path / "table.csv"))
    with pytest.raises(InputError, match="no user has the 3 interactions") as refused:
        source.read()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("settings", [{"split": "randomly"}, {"min_count": 0}, {"seperator": ";"}])
def test_settings_out_of_bounds_or_unheard_of_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        DataSource("table.csv", **settings)


def test_features_are_those_of_the_tables_named(path, tmp_path):
    (tmp_path / "items.csv").write_text(ITEM_TABLE)
    (tmp_path / "users.csv").write_text("user_id,age\nuser_0,30\nuser_1,40\n")
    assert DataSource(path).read_items() is DataSource(path).read_users() is None
    source = DataSource(path, items=str(tmp_path / "items.csv"), users=str(tmp_path / "users.csv"))
    items, users = source.read_items(), source.read_users()
    assert items.kinds == {"title": "text", "pages": "number"}
    assert users.kinds == {"age": "number"}
    assert items.ids.tolist() == ["item_3", "item_0", "item_1", "item_2", "item_9"]
    chosen = DataSource(path, items=source.items, item_kinds={"pages": "category", "title": "ignore"}).read_items()
    assert chosen.kinds == {"pages": "category"}


def test_ids_of_features_are_in_the_columns_of_the_interactions(path, tmp_path):
    (tmp_path / "items.csv").write_text(ITEM_TABLE.replace("item_id", "user_id"))
    swapped = DataSource(path, user="item_id", item="user_id", items=str(tmp_path / "items.csv"))
    assert len(swapped.read_items()) == 5
    with pytest.raises(InputError, match="no column 'item_id'"):
        DataSource(path, items=str(tmp_path / "items.csv")).read_items()


def test_items_that_nobody_met_join_the_vocabulary_with_count_0(path, tmp_path):
    (tmp_path / "items.csv").write_text(ITEM_TABLE)
    source = DataSource(path, items=str(tmp_path / "items.csv"))
    plain, wider = (each.read().split.vocabulary for each in (replace(source, items=None, item_kinds={}), source))
    assert wider.ids.tolist()[: len(plain.ids)] == plain.ids.tolist()
    assert set(wider.ids) == {*plain.ids, *source.read_items().ids}
    assert wider.counts.tolist() == [*plain.counts, *[0] * (len(wider.ids) - len(plain.ids))]
    assert wider.trained_size == plain.size


def longer_table(tmp_path) -> str:
    cyclic_interactions(users=40, items=20, length=8).to_csv(tmp_path / "longer.csv", index=False)
    return str(tmp_path / "longer.csv")


def test_random_split_holds_out_a_tenth_and_a_fifth_of_each_user(tmp_path):
    source = DataSource(longer_table(tmp_path), split="random")
    split = source.read().split
    assert split.train.lengths.tolist() == [5] * 40
    assert split.validation.targets.lengths.tolist() == [1] * 40
    assert split.test.targets.lengths.tolist() == [2] * 40


def test_cold_start_split_trains_on_nothing_of_the_items_held_out(tmp_path):
    source = DataSource(longer_table(tmp_path), split="cold-start")
    dataset = source.read()
    split, held_out = dataset.split, dataset.cold_split
    assert np.count_nonzero(split.vocabulary.counts == 0) == 5  # a fifth and a twentieth of 20
    assert held_out.test_items.sum() == 4
    assert split.vocabulary.ids.tolist() == held_out.vocabulary.ids.tolist()
    np.testing.assert_array_equal(split.train.items, held_out.split.train.items)
    assert split.train.items.max() < split.vocabulary.trained_size


def test_cold_start_split_keeps_every_item(tmp_path):
    source = DataSource(longer_table(tmp_path), split="cold-start", min_count=2)
    with pytest.raises(InputError, match="min_count is 2: a cold-start split keeps every item, so it must be 1"):
        source.read()


def test_absolute_source_finds_its_features_from_any_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "items.csv").write_text(ITEM_TABLE)
    kinds = {"pages": "category"}
    source = DataSource("table.csv", items="items.csv", item_kinds=kinds, image_size=(8, 9)).absolute()
    monkeypatch.chdir("/")
    assert source == DataSource(path, items=str(tmp_path / "items.csv"), item_kinds=kinds, image_size=(8, 9))
    assert source.read_items().kinds["pages"] == "category"
    assert source.users is None


@pytest.mark.parametrize("kind", ["txt", "", 3])
def test_kind_of_feature_that_does_not_exist_is_refused(kind):
    with pytest.raises(InputError, match="item_kinds"):
        DataSource("table.csv", items="items.csv", item_kinds={"title": kind})


def test_divide_gives_the_split_of_what_was_read_and_says_that_it_is_old(path):
    source = DataSource(path)
    dataset = source.read()
    with pytest.warns(DeprecationWarning, match=r"use source.read\(\).split"):
        assert source.divide(dataset) is dataset.split
    with pytest.warns(DeprecationWarning):
        again = source.divide(source.read_interactions())
    assert again.vocabulary.ids.tolist() == dataset.split.vocabulary.ids.tolist()
    assert again.test.histories.items.tolist() == dataset.split.test.histories.items.tolist()
