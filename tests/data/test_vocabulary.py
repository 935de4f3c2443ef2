import os

import numpy as np
import pytest

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING, UNKNOWN, Vocabulary
from tfrec_dl.errors import InputError

ODD_IDS = [
    "a,b",
    'say "hi"',
    "☕",
    "two\nlines",
    "tab\there",
    "back\\slash",
    "\\n",
    "\r",
    "\u2028",
    "x" * 10_000,
    " ",
    "007",
]


def test_most_frequent_first_and_ties_by_first_appearance():
    vocabulary = Vocabulary.build(["c", "b", "a", "a", "b", "d"])
    assert vocabulary.ids.tolist() == ["b", "a", "c", "d"]
    assert vocabulary.counts.tolist() == [2, 2, 1, 1]
    assert vocabulary.size == 6
    assert vocabulary.item_counts.tolist() == [0, 0, 2, 2, 1, 1]


def test_codes_into_a_table_of_ids_give_the_same_vocabulary():
    ids = np.array(["never", "a", "b", "c"], dtype=object)
    codes = np.array([3, 2, 1, 1, 2], dtype=np.int32)
    by_code, by_id = Vocabulary.build(ids, codes), Vocabulary.build(ids[codes])
    assert by_code.ids.tolist() == by_id.ids.tolist() == ["b", "a", "c"]
    assert by_code.counts.tolist() == by_id.counts.tolist()


def test_items_below_min_count_are_unknown():
    vocabulary = Vocabulary.build(["a", "b", "a", "c", "c"], min_count=2)
    assert vocabulary.ids.tolist() == ["a", "c"]
    assert vocabulary.encode(["b", "c"]).tolist() == [UNKNOWN, 3]


@pytest.mark.parametrize(("min_count", "message"), [(0, "min_count is 0"), (3, "min_count is 3, but no item")])
def test_a_min_count_that_leaves_nothing_is_refused(min_count, message):
    with pytest.raises(InputError, match=message):
        Vocabulary.build(["a", "b", "a"], min_count=min_count)


def test_encode_and_decode_undo_each_other():
    vocabulary = Vocabulary.build(ODD_IDS)
    indices = vocabulary.encode(ODD_IDS)
    assert indices.dtype == np.int32
    assert indices.tolist() == list(range(FIRST_ITEM, FIRST_ITEM + len(ODD_IDS)))
    assert vocabulary.decode(indices).tolist() == ODD_IDS


def test_ids_are_read_as_training_reads_them():
    vocabulary = Vocabulary.build(["5", "16", "7"])
    assert vocabulary.encode(["5", 16, 7.0, b"16", np.float32(5), ""]).tolist() == [2, 3, 4, 3, 2, PADDING]
    assert vocabulary.extended([16.0, b"8", 9, "7"]).ids.tolist() == ["5", "16", "7", "8", "9"]
    with pytest.raises(InputError, match=r"id 1: the id 3.5 is a float"):
        vocabulary.encode([5, 3.5])


def test_unknown_and_padding():
    vocabulary = Vocabulary.build(["a", "b"])
    assert vocabulary.encode([["a", "?"], ["", "b"]]).tolist() == [[FIRST_ITEM, UNKNOWN], [PADDING, FIRST_ITEM + 1]]
    assert vocabulary.decode([PADDING, UNKNOWN, FIRST_ITEM]).tolist() == ["", "", "a"]
    assert vocabulary.encode([]).tolist() == []


def test_integers_are_looked_up_as_their_decimal_strings():
    vocabulary = Vocabulary.build(["10", "7"])
    assert vocabulary.encode([7, 10, 8]).tolist() == vocabulary.encode(np.array([7, 10, 8])).tolist() == [3, 2, UNKNOWN]


@pytest.mark.parametrize("index", [-1, 4])
def test_an_index_outside_is_refused(index):
    with pytest.raises(InputError, match=f"index {index} is outside the vocabulary of size 4"):
        Vocabulary.build(["a", "b"]).decode([2, index])


def test_a_saved_vocabulary_comes_back_whole(tmp_path):
    vocabulary = Vocabulary.build([*ODD_IDS, *ODD_IDS[:5]])
    vocabulary.save(tmp_path / "items.txt")
    loaded = Vocabulary.load(tmp_path / "items.txt")
    assert loaded.ids.tolist() == vocabulary.ids.tolist()
    assert loaded.counts.tolist() == vocabulary.counts.tolist()
    assert loaded.counts.dtype == np.int64
    assert os.listdir(tmp_path) == ["items.txt"]


def test_the_file_has_a_line_an_item_that_people_can_read(tmp_path):
    Vocabulary.build(["tab\there", "é", "é"]).save(tmp_path / "items.txt")
    assert (tmp_path / "items.txt").read_text(encoding="utf-8") == "é\t2\ntab\\there\t1\n"


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "items.txt"
    Vocabulary.build(["old"]).save(path)

    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        Vocabulary.build(["new"]).save(path)
    assert os.listdir(tmp_path) == ["items.txt"]
    assert Vocabulary.load(path).ids.tolist() == ["old"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"a\t2\nb", "is cut off"),
        (b"a\t2\nb\n", "line 2 .* is not"),
        (b"a\t2\nb\tmany\n", "line 2 .* is not"),
        (b"a\t2\na\t1\n", "names an id twice"),
        (b"\xff\t1\n", "cannot read the vocabulary"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path, content, message):
    path = tmp_path / "items.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        Vocabulary.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read the vocabulary"):
        Vocabulary.load(tmp_path / "none.txt")


def test_items_without_interactions_come_last_and_move_no_index():
    vocabulary = Vocabulary.build(["b", "a", "a"])
    extended = vocabulary.extended(["new", "a", "", "old", "new"])
    assert extended.ids.tolist() == ["a", "b", "new", "old"]
    assert extended.counts.tolist() == [2, 1, 0, 0]
    assert extended.encode(["a", "b", "new", "old", "?"]).tolist() == [2, 3, 4, 5, UNKNOWN]
    assert vocabulary.ids.tolist() == ["a", "b"]
    assert vocabulary.extended([]).ids.tolist() == ["a", "b"]


def test_integers_extend_as_their_decimal_strings_and_other_things_are_refused():
    vocabulary = Vocabulary.build(["10", "7"])
    assert vocabulary.extended(np.array([7, 12])).ids.tolist() == ["10", "7", "12"]
    with pytest.raises(InputError, match="id 1: the id is missing, got nan"):
        vocabulary.extended(["12", float("nan")])


def test_an_extended_vocabulary_comes_back_whole(tmp_path):
    vocabulary = Vocabulary.build(["a", "b", "a"]).extended(ODD_IDS)
    vocabulary.save(tmp_path / "items.txt")
    loaded = Vocabulary.load(tmp_path / "items.txt")
    assert loaded.ids.tolist() == ["a", "b", *ODD_IDS]
    assert loaded.counts.tolist() == [2, 1, *[0] * len(ODD_IDS)]
