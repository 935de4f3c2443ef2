import shutil

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving import loaded_recommender
from tfrec_dl.serving.rules.rules import Rules


def ids(rows):
    return [[item for item, _ in row] for row in rows]


def test_recommendations_and_scores_by_hand(recommender):
    (row,) = recommender.recommend([["a", "b"]], k=2)
    assert [item for item, _ in row] == ["c", "d"]
    assert [score for _, score in row] == pytest.approx([12.9, 5.3])


def test_histories_of_different_lengths_and_a_new_user(recommender):
    assert ids(recommender.recommend([["a", "b"], [], ["b"], ["nobody"]], k=2)) == [
        ["c", "d"],
        ["a", "b"],
        ["c", "d"],
        ["a", "b"],
    ]


def test_fewer_items_left_than_asked_for(recommender):
    assert ids(recommender.recommend([["a", "b"]], k=6)) == [["c", "d", "e", ITEMS[-1]]]
    assert recommender.recommend([list(ITEMS)], k=3) == [[]]


def test_exclude_is_by_row(recommender):
    found = recommender.recommend([["a", "b"], []], k=2, exclude=[["c"], ["a", "b", "c"]])
    assert ids(found) == [["d", "e"], ["d", "e"]]


def test_no_histories_give_no_rows(recommender):
    assert recommender.recommend([], k=2) == []


def test_many_histories_are_answered_in_order(recommender, monkeypatch):
    histories = [[ITEMS[row % 6]] for row in range(40)]
    at_once = recommender.recommend(histories, k=3)
    monkeypatch.setattr(loaded_recommender, "ROWS_AT_ONCE", 7)
    assert recommender.recommend(histories, k=3) == at_once
    assert ids(at_once)[:2] == [["b", "c", "d"], ["c", "d", "a"]]


@pytest.mark.parametrize("asked", [10, 10.0, np.float32(10), np.int8(10), b"10"])
def test_ids_stand_for_the_texts_that_training_makes_of_them(recommender, monkeypatch, asked):
    requests, answer = [], recommender._signatures["serving_default"]
    recording = {"serving_default": lambda history: requests.append(history) or answer(history=history)}
    monkeypatch.setattr(recommender, "_signatures", recording)
    recommender.recommend([[asked, "", "007"], np.array([b"x", b""])], k=1)
    assert requests[0].numpy().tolist() == [[b"10", b"", b"007"], [b"x", b"", b""]]


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        ([["a"], ["b", 3.5]], "histories, row 1, place 1: the id 3.5 is a float"),
        ([["a", float("nan")]], "histories, row 0, place 1: the id is missing, got nan"),
        ([["a", None]], "the id is missing, got None"),
        ([[b"\xff"]], "the id b'.xff' is not UTF-8"),
        ([["\ud800"]], "is not valid Unicode"),
        ([[("a",)]], "is of type tuple"),
        ([[["a"]]], "neither text nor integers"),
        ([b"a"], "list of lists"),
        ([{"a", "b"}], "list of lists"),  # has no order
        ([{"a": 1}], "list of lists"),
        ([1, 2], "list of lists"),
        (None, "list of lists"),
    ],
)
def test_what_is_no_id_is_refused(recommender, histories, message):
    with pytest.raises(InputError, match=message) as refused:
        recommender.recommend(histories, k=1)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("k", [0, -1, 7, 2.5])
def test_k_outside_what_the_export_gives_is_refused(recommender, k):
    with pytest.raises(InputError, match=f"k is {k}, but this export gives 1 to 6"):
        recommender.recommend([["a"]], k=k)


@pytest.mark.parametrize("histories", ["a", ["a", "b"]])
def test_history_that_is_not_in_a_list_is_refused(recommender, histories):
    with pytest.raises(InputError, match="list of lists"):
        recommender.recommend(histories, k=1)


def test_exclude_with_another_number_of_rows_is_refused(recommender):
    with pytest.raises(InputError, match="exclude has 2 rows, but histories has 1"):
        recommender.recommend([["a"]], k=1, exclude=[["b"], ["c"]])


def test_newest_version_is_loaded_by_number_not_by_name(version, tmp_path):
    for name in ("9", "10", "notes"):
        shutil.copytree(version, tmp_path / name)
    assert load(tmp_path).folder == tmp_path / "10"
    assert load(tmp_path / "9").folder == tmp_path / "9"


def test_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "none")


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        load(tmp_path / "file")


def test_folder_without_versions_is_refused(tmp_path):
    with pytest.raises(InputError, match="no version folder"):
        load(tmp_path)


def test_version_without_a_graph_is_refused(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(InputError, match="no saved_model.pb"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("file", "keep"),
    [
        ("saved_model.pb", 0.5),
        ("saved_model.pb", 0.0),
        ("variables/variables.index", 0.5),
        ("variables/variables.data-00000-of-00001", 0.5),
        ("variables/variables.index", None),
        ("variables/variables.data-00000-of-00001", None),
    ],
)
def test_damaged_export_is_refused_in_one_line(version, tmp_path, file, keep):
    shutil.copytree(version, tmp_path / "1")
    path = tmp_path / "1" / file
    if keep is None:
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError, match="damaged|not a tfrec_dl") as refused:
        load(tmp_path)
    assert "\n" not in str(refused.value)


def test_saved_model_of_another_kind_is_refused(tmp_path):
    other = tf.Module()
    call = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec([None])])
    tf.saved_model.save(other, str(tmp_path / "1"), signatures={"serving_default": call})
    with pytest.raises(InputError, match="not a tfrec_dl export"):
        load(tmp_path)


def test_rules_are_for_all_rows_or_one_for_each(recommender):
    histories, rules = [["a", "b"], []], Rules(only=["a", "c", "d"], pin={"d": 1})
    assert ids(recommender.recommend(histories, 3, rules=rules)) == [["d", "c"], ["d", "a", "c"]]
    each = [Rules(keep_seen=True, min_score=2), Rules()]
    assert ids(recommender.recommend(histories, 3, [["d"], ["a"]], each)) == [["c", "b"], ["b", "c", "d"]]


def test_rules_that_ask_for_nothing_change_nothing(recommender):
    histories = [["a", "b"], [], ["nobody"]]
    assert recommender.recommend(histories, 4, rules=Rules()) == recommender.recommend(histories, 4)


def test_diversity_prefers_what_is_unlike_the_list(recommender):
    (plain,) = recommender.recommend([["a"]], 3, rules=Rules(diversity=0))
    (varied,) = recommender.recommend([["a"]], 3, rules=Rules(diversity=1))
    assert varied[0] == plain[0]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (Rules(must=["genres=War"]), "genres=War"),
        (Rules(at_most={"genres": 3}), "genres"),
        (Rules(pin={"a": 3}), "pin a@3 is at a place that the list does not have"),
        ([Rules()] * 2, "rules has 2 rows, but histories has 1"),
        ("genres=War", "must be a tfrec_dl.Rules"),
        ([None], "must be a tfrec_dl.Rules"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_in_one_line(recommender, rules, message):
    with pytest.raises(InputError, match=message) as refused:
        recommender.recommend([["a"]], 2, rules=rules)
    assert "\n" not in str(refused.value)


def test_an_export_from_before_there_were_rules_says_to_export_again(recommender, monkeypatch):
    older = {name: each for name, each in recommender._signatures.items() if name != "recommend_with_rules"}
    monkeypatch.setattr(recommender, "_signatures", older)
    with pytest.raises(InputError, match="export it again"):
        recommender.recommend([["a"]], 2, rules=Rules())
    assert ids(recommender.recommend([["a"]], 2)) == [["b", "c"]]
