import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.ranking.serving.ranking import PRICE, log, made, ratings_at_random
from tfrec_dl import export
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.splits import split_in_time
from tfrec_dl.ranking.serving import requests as ranking_requests
from tfrec_dl.ranking.serving.export import export_ranking_model
from tfrec_dl.ranking.serving.ranker import load_ranker

CONTEXT = {"device": ["phone", ""], PRICE: [[20.0, None, 50], [99.5]]}
PAST = {"history_price_of_the_night": [[30.0, None], []], "history_age": [[3600.0, 60.0], []]}
USERS, HISTORIES, CANDIDATES = ["u1", "nobody"], [["i1", "later"], []], [["i2", "later", "i1"], ["i4"]]


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    columns = ImpressionColumns(lists=("list",), context={"device": "category", PRICE: "number"})
    frame = log()[["user_id", "item_id", "timestamp", "list", "device", PRICE, "click"]]
    model = made(split_in_time(Impressions.from_frame(frame, Feedback(click="click"), columns)))
    return export_ranking_model(model, tmp_path_factory.mktemp("exports") / "ranker")


@pytest.fixture(scope="module")
def ranker(version):
    return load_ranker(version.parent)


def test_lists_are_ranked_as_the_signature_does(version, ranker):
    found = ranker.rank(USERS, HISTORIES, CANDIDATES, CONTEXT, PAST)
    nan = np.nan
    inputs = {
        "user_id": USERS,
        "history": [["i1", "later"], ["", ""]],
        "item_ids": [["i2", "later", "i1"], ["i4", "", ""]],
        "device": ["phone", ""],
        "price_of_the_night": [[20.0, nan, 50.0], [99.5, nan, nan]],
        "history_price_of_the_night": [[30.0, nan], [nan, nan]],
        "history_age": [[3600.0, 60.0], [nan, nan]],
    }
    outputs = ranker._signature(**{name: tf.constant(values) for name, values in inputs.items()})
    ids, scores = outputs["item_ids"].numpy(), outputs["scores"].numpy()
    assert [len(row) for row in found] == [3, 1]
    for row, pairs in enumerate(found):
        assert [item.encode() for item, _ in pairs] == ids[row, : len(pairs)].tolist()
        assert [score for _, score in pairs] == pytest.approx(scores[row, : len(pairs)])


def test_what_it_reads_is_told(ranker):
    assert [each.feature for each in ranker.inputs.request] == ["device"]
    assert [each.feature for each in ranker.inputs.candidate] == [PRICE]
    assert ranker.inputs.past == ("history_price_of_the_night", "history_age")
    assert (ranker.predictions, ranker.orders_by) == (("click",), "click")


def table():
    return pd.DataFrame(
        {
            "user_id": ["u1", "nobody", "u1", "u1"],
            "item_id": ["i2", "i4", "later", "i1"],
            "device": ["phone", None, "phone", "phone"],
            PRICE: [20.0, 99.5, np.nan, 50.0],
            "note": "ignored",
        },
        index=[9, 9, 7, 3],
    )


def past_table():
    return pd.DataFrame(
        {
            "user_id": ["u1", "u7", "u1"],
            "item_id": ["i1", "i5", "later"],
            "history_price_of_the_night": [30.0, 40.0, np.nan],
            "history_age": [3600.0, 5.0, 60.0],
        }
    )


def test_a_table_is_ranked_as_lists_are(ranker):
    found = ranker.rank_table(table(), past_table())
    assert list(found.columns) == ["user_id", "item_id", "score", "click"]
    expected = ranker.rank(USERS, HISTORIES, CANDIDATES, CONTEXT, PAST)
    rows = [(user, *pair) for user, pairs in zip(USERS, expected, strict=True) for pair in pairs]
    assert list(zip(found["user_id"], found["item_id"], strict=True)) == [(user, item) for user, item, _ in rows]
    assert found["score"].to_numpy() == pytest.approx([score for _, _, score in rows], rel=1e-5)
    assert found["click"].tolist() == found["score"].tolist()


def test_requests_of_one_user_are_told_apart_by_list_columns(ranker):
    frame = table().assign(request=[1, 2, 3, 1], device=["phone", None, "desk", "phone"])
    found = ranker.rank_table(frame, past_table(), list_columns=["request"])
    assert found["request"].tolist() == [1, 1, 2, 3]
    assert found["item_id"].tolist()[2:] == ["i4", "later"]
    with pytest.raises(InputError, match="'device' belongs to the request, but one request has 'phone' and others"):
        ranker.rank_table(frame, past_table())


def test_ids_are_texts_whatever_pandas_makes_of_them(ranker):
    """A gap makes floats of integers; a candidate without a user is shown to somebody new, who has no past."""
    as_text = ranker.rank_table(
        table().assign(user_id=["7", "", "7", "7"], item_id=["2", "4", "3", "1"]),
        past_table().assign(user_id=["7", "8", "7"]),
    )
    as_floats = ranker.rank_table(
        table().assign(user_id=[7, np.nan, 7, 7], item_id=[2.0, 4.0, 3.0, 1.0]),
        past_table().assign(user_id=[7, np.nan, 7]),
    )
    assert as_floats["item_id"].tolist() == as_text["item_id"].tolist()
    np.testing.assert_array_equal(as_floats["score"], as_text["score"])
    without_past = ranker.rank_table(table().assign(user_id=["7", "", "7", "7"], item_id=["2", "4", "3", "1"]))
    assert not np.allclose(without_past["score"], as_text["score"])
    with pytest.raises(InputError, match=r"column 'user_id', row 4 of the table of candidates: the id 7\.5 is a float"):
        ranker.rank_table(table().assign(user_id=[7, np.nan, 7, 7.5]))


def test_what_the_histories_do_not_say_is_unknown_and_a_line_says_so(ranker, caplog):
    ids = ["user_id", "item_id"]
    found = ranker.rank_table(table(), past_table()[ids])
    assert (
        "no column history_price_of_the_night, history_age: its values are unknown (history_age is the time"
        in caplog.text
    )
    unknown = past_table().assign(history_price_of_the_night=np.nan, history_age=np.nan)
    caplog.clear()
    pd.testing.assert_frame_equal(found, ranker.rank_table(table(), unknown))
    assert not caplog.text
    with pytest.raises(InputError, match="candidates is of type str: give a frame, as by pandas.read_csv"):
        ranker.rank_table("candidates.csv")


def test_many_requests_are_asked_some_at_a_time(ranker, monkeypatch):
    count = 7
    users, candidates = ["u1"] * count, [[f"i{row}", "i9"] for row in range(count)]
    arguments = (users, [[]] * count, candidates, {"device": ["desk"] * count, PRICE: [[10.0, 20.0]] * count})
    together = ranker.rank(*arguments)
    monkeypatch.setattr(ranking_requests, "ROWS_AT_ONCE", 4)
    apart = ranker.rank(*arguments)
    assert len(apart) == count
    for one, other in zip(together, apart, strict=True):
        assert dict(one) == pytest.approx(dict(other), rel=1e-5)


def test_nothing_to_rank_gives_nothing(ranker):
    assert ranker.rank([], [], [], {"device": [], PRICE: []}) == []
    assert ranker.rank(["u1"], [[]], [[]], {"device": [None], PRICE: [[]]}) == [[]]
    assert ranker.rank_table(table().iloc[:0]).empty


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"context": {"device": ["phone", ""]}}, f"context lacks '{PRICE}'"),
        ({"context": {**CONTEXT, "prize": [1, 2]}}, "context has 'prize', which is not asked for here"),
        ({"context": {**CONTEXT, PRICE: [[1.0, 2.0], [3.0]]}}, f"'{PRICE}' does not fit the candidates"),
        ({"context": {**CONTEXT, PRICE: [1.0, 2.0]}}, f"'{PRICE}' does not fit the candidates"),
        ({"context": {**CONTEXT, PRICE: [["dear", 1, 2], [3]]}}, "neither a number"),
        ({"context": {**CONTEXT, "device": [["phone"], ["desk"]]}}, "device"),
        ({"past": {}}, "past lacks 'history_price_of_the_night', 'history_age'"),
        ({"past": {**PAST, "history_rating": [[1.0, 1.0], []]}}, "past has 'history_rating'"),
        ({"past": {**PAST, "history_age": [[1.0], []]}}, "'history_age' does not fit the histories"),
        ({"candidates": [["i1"]]}, "candidates has 1 rows, but histories has 2"),
        ({"user_ids": ["u1"]}, "user_ids has 1 ids, but histories has 2 rows"),
        ({"user_ids": "u1"}, "must be a list of ids"),
        ({"histories": ["i1", "i2"]}, "must be a list of lists of ids"),
    ],
)
def test_mistakes_are_named(ranker, changes, message):
    right = {"user_ids": USERS, "histories": HISTORIES, "candidates": CANDIDATES, "context": CONTEXT, "past": PAST}
    with pytest.raises(InputError, match=message):
        ranker.rank(**{**right, **changes})


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (table().drop(columns="device"), "no column 'device' in the table of candidates"),
        (table().assign(item_id=["i1", None, "i2", ""]), "2 of the 4 candidates have no id"),
    ],
)
def test_mistakes_in_a_table_are_named(ranker, frame, message):
    with pytest.raises(InputError, match=message):
        ranker.rank_table(frame)


def test_a_table_of_histories_that_lacks_a_column_is_refused(ranker):
    with pytest.raises(InputError, match="no column 'item_id' in the table of histories"):
        ranker.rank_table(table(), past_table().drop(columns="item_id"))


def test_the_export_is_no_recommender(version):
    with pytest.raises(InputError, match="load_ranker"):
        load(version)


def test_another_export_is_no_ranker(tmp_path):
    module = tf.Module()
    module.call = tf.function(lambda x: x, input_signature=[tf.TensorSpec([])])
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"serving_default": module.call})
    with pytest.raises(InputError, match="does not rank candidates"):
        load_ranker(tmp_path)


def test_a_missing_rating_of_a_past_item_is_a_middling_one(tmp_path):
    ranker = load_ranker(export(made(ratings_at_random(), "deep_fm"), tmp_path))
    assert ranker.inputs.past == ("history_rating",)
    context = {"device": [["phone"]], "age": [[30]]}

    def score(rating):
        return ranker.rank(["u1"], [["i1"]], [["i2"]], context, {"history_rating": [[rating]]})[0][0][1]

    assert score(None) == score(3)
    assert score(5) != score(3)
    assert 0 < score(1) < 6
