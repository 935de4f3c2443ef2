import gzip

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError

FRAME = pd.DataFrame(
    {
        "item_id": ["007", "b", "c,d", "e"],
        "title": ["Dr. No, with Sean Connery", "From Russia with Love", "", None],
        "genres": ["Action | Spy", "Spy||Drama", None, "Drama"],
        "colour": ["red", " blue", "red", None],
        "year": [1962.0, 1963.5, None, -1.0],
        "label": ["EON", "EON", "EON", "EON"],
    }
)
KINDS = {"title": "text", "genres": "multi_category", "colour": "category", "year": "number"}


def refused(call, *args, **kwargs):
    """The message of the InputError that the call raises."""
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_frame_becomes_ids_kinds_and_raw_values():
    catalogue = Catalogue.from_frame(FRAME)
    assert catalogue.ids.tolist() == ["007", "b", "c,d", "e"]
    assert catalogue.kinds == KINDS
    assert list(catalogue.kinds) == list(KINDS)
    assert catalogue.columns["title"].tolist() == ["Dr. No, with Sean Connery", "From Russia with Love", "", ""]
    assert catalogue.columns["genres"].tolist() == ["Action|Spy", "Spy|Drama", "", "Drama"]
    assert catalogue.columns["colour"].tolist() == ["red", "blue", "red", ""]
    assert catalogue.columns["year"].dtype == np.float32
    np.testing.assert_array_equal(catalogue.columns["year"], [1962, 1963.5, np.nan, -1])
    assert catalogue.ignored == {"label": "its only value is 'EON'"}


@pytest.mark.parametrize("name", ["items.csv", "items.csv.gz", "items.tsv", "items.parquet"])
def test_every_format_gives_what_the_frame_gives(tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        FRAME.set_index("item_id").to_parquet(path)
    else:
        FRAME.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    catalogue = Catalogue.read(path)
    assert catalogue.fingerprint() == Catalogue.from_frame(FRAME).fingerprint()
    assert catalogue.kinds == KINDS


def test_csv_ids_and_codes_are_text_to_the_letter(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("item_id,zip\n007,02139\n7,90210\n1e3,\n")
    catalogue = Catalogue.read(path)
    assert catalogue.ids.tolist() == ["007", "7", "1e3"]
    assert catalogue.kinds == {"zip": "category"}
    assert catalogue.columns["zip"].tolist() == ["02139", "90210", ""]


def test_a_column_without_a_name_is_an_index_and_ignored(tmp_path):
    FRAME.to_csv(tmp_path / "items.csv")
    catalogue = Catalogue.read(tmp_path / "items.csv")
    assert catalogue.kinds == KINDS
    assert catalogue.ignored[""] == "it has no name, as a frame's index"


def test_a_kind_may_be_given_and_a_column_ignored(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text("user,job,age,zip\n1,10,30,a b\n2,16,40,a b\n3,,50,c\n")
    catalogue = Catalogue.read(path, id_column="user", kinds={"job": "category", "zip": "ignore"})
    assert catalogue.kinds == {"job": "category", "age": "number"}
    assert catalogue.columns["job"].tolist() == ["10", "16", ""]
    assert catalogue.ignored == {"zip": "as asked"}
    frame = pd.DataFrame({"user": [1, 2, 3], "job": [10, 16, None], "age": [30, 40, 50], "zip": ["a b", "a b", "c"]})
    assert (
        catalogue.fingerprint()
        == Catalogue.from_frame(frame, "user", catalogue.kinds | {"zip": "ignore"}).fingerprint()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"id_column": "itemid"}, "no column 'itemid' in the table: did you mean 'item_id'?"),
        ({"kinds": {"colur": "text"}}, "no column 'colur' in the table: did you mean 'colour'?"),
        ({"kinds": {"colour": "txt"}}, "the kind of column 'colour' is 'txt': did you mean 'text'?"),
        ({"kinds": {"colour": 5}}, "the kind of column 'colour' is 5: choose one of text, category"),
        ({"kinds": {"item_id": "text"}}, "column 'item_id' holds the ids"),
        ({"kinds": {"title": "number"}}, "column 'title', row 1 (and in 1 more): the value is neither a number nor a"),
        ({"kinds": dict.fromkeys(KINDS, "ignore")}, "no features besides the ids in 'item_id' ('title' is ignored: as"),
        ({"image_size": (0, 64)}, "image_size is (0, 64)"),
        ({"image_size": 64}, "image_size is 64: give height and width"),
    ],
)
def test_a_wrong_choice_is_refused(arguments, words):
    assert words in refused(Catalogue.from_frame, FRAME, **arguments)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('a,"x\ny",1\nb,,2\na,z,3\n', "the id 'a' occurs in line 2 and in line 5 (1 repeats in all)"),
        ('a,"x\ny",1\n,z,2\n', "column 'item_id', line 4: the id is missing"),
        ("a,x,1\nb,y,inf\nc,z,3\n", "column 'price', line 3: the number is infinite or too large, got 'inf'"),
        ("a,x,1\nb,y,cheap\nc,z,3\n", "column 'price', line 3: the value is neither a number nor a date, got 'cheap'"),
        ("a,x,1\nb,y,2,3\n", "line 3 has 4 fields, the header 3"),
        ("", "holds no rows"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path, rows, words):
    path = tmp_path / "items.csv"
    path.write_bytes(b"item_id,title,price\n" + rows.encode())
    assert words in refused(Catalogue.read, path, kinds={"price": "number"})


def test_a_nul_byte_is_refused_with_its_row():
    frame = FRAME.assign(title=["a b", "c\0d", "e", "f"])
    assert "column 'title', row 2: the text has a NUL byte at character 2" in refused(Catalogue.from_frame, frame)


def test_invalid_unicode_is_refused_with_its_row():
    frame = FRAME.assign(title=pd.Series(["a b", "c \ud800", "d", "e"], dtype=object))
    assert "column 'title', row 2: the text is not valid Unicode at character 3" in refused(Catalogue.from_frame, frame)


def test_a_table_of_ids_only_has_no_features():
    assert "no features besides the ids" in refused(Catalogue.from_frame, FRAME[["item_id"]])


def test_a_column_that_occurs_twice_is_refused():
    frame = pd.DataFrame([["a", 1, 2]], columns=["item_id", "x", "x"])
    assert "column 'x' occurs 2 times" in refused(Catalogue.from_frame, frame)


def test_take_gives_rows_in_the_order_asked_and_missing_values_for_strangers():
    pixels = np.arange(4 * 2 * 2 * 3, dtype=np.uint8).reshape(4, 2, 2, 3)
    catalogue = Catalogue.from_frame(FRAME.assign(picture=list(pixels)), image_size=(2, 2))
    taken = catalogue.take(["e", "stranger", "007"])
    assert taken.ids.tolist() == ["e", "stranger", "007"]
    assert taken.columns["title"].tolist() == ["", "", "Dr. No, with Sean Connery"]
    assert taken.columns["genres"].tolist() == ["Drama", "", "Action|Spy"]
    np.testing.assert_array_equal(taken.columns["year"], [-1, np.nan, 1962])
    np.testing.assert_array_equal(taken.columns["picture"], [pixels[3], 0 * pixels[0], pixels[0]])
    assert taken.filled.tolist() == [True, False, True]
    assert catalogue.take([]).columns["picture"].shape == (0, 2, 2, 3)
    assert "occurs in position 0 and in position 1" in refused(catalogue.take, ["e", "e"])


def test_more_rows_are_read_alike_and_appended(tmp_path):
    catalogue = Catalogue.from_frame(FRAME)
    # A column alone would be a category of numbers, one is lacking, one is new, and the order is another.
    more = catalogue.more(pd.DataFrame({"id": ["x"], "new": ["n"], "colour": [5], "title": ["Goldfinger"]}), "id")
    assert more.kinds == KINDS
    extended = catalogue.extended_by(more)
    assert extended.ids.tolist() == ["007", "b", "c,d", "e", "x"]
    assert extended.columns["colour"].tolist() == ["red", "blue", "red", "", "5"]
    assert extended.columns["genres"].tolist()[-1] == ""
    assert np.isnan(extended.columns["year"][-1])
    assert extended.take(catalogue.ids).fingerprint() == catalogue.fingerprint()
    (tmp_path / "new.csv").write_text("id,new,colour,title\nx,n,5,Goldfinger\n")
    assert catalogue.more(tmp_path / "new.csv", "id").fingerprint() == more.fingerprint()


def test_rows_that_do_not_fit_are_not_appended():
    catalogue = Catalogue.from_frame(FRAME)
    assert "1 of the new ids are already here ('b')" in refused(catalogue.extended_by, catalogue.take(["b"]))
    other = Catalogue.from_frame(pd.DataFrame({"item_id": ["x", "y"], "title": [1, 2]}))
    assert "title (number) there; read the other table with this catalogue's more()" in refused(
        catalogue.extended_by, other
    )
    assert "none of the features" in refused(catalogue.more, pd.DataFrame({"item_id": ["x"], "tilte": ["y"]}))


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_a_saved_catalogue_comes_back_to_the_bit(tmp_path, rows):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 3), dtype=np.uint8)
    frame = FRAME.assign(picture=list(pictures), id="a b c", year=[np.nan, -0.0, 1e-45, 3e38])
    catalogue = Catalogue.from_frame(frame, image_size=(3, 5), kinds={"id": "text"})
    catalogue = catalogue.take(catalogue.ids[:rows])
    catalogue.save(tmp_path / "features")
    loaded = Catalogue.load(tmp_path / "features")
    assert loaded.fingerprint() == catalogue.fingerprint()
    assert list(loaded.kinds.items()) == list(catalogue.kinds.items())
    assert loaded.ignored == catalogue.ignored
    assert loaded.image_size == (3, 5)
    for name, values in catalogue.columns.items():
        assert loaded.columns[name].dtype == values.dtype
        assert loaded.columns[name].flags.writeable
        assert loaded.columns[name].tolist() == values.tolist() or name == "year"
    np.testing.assert_array_equal(loaded.columns["year"].view(np.int32), catalogue.columns["year"].view(np.int32))
    assert [path.name for path in tmp_path.iterdir()] == ["features"]


def test_a_file_of_several_row_groups_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr("tfrec_dl.data.catalogue.file.ROW_GROUP_BYTES", 100)
    pictures = np.random.default_rng(0).integers(0, 256, (50, 3, 5, 3), dtype=np.uint8)
    frame = pd.DataFrame({"item_id": range(50), "picture": list(pictures), "size": range(50)})
    catalogue = Catalogue.from_frame(frame, image_size=(3, 5))
    catalogue.save(tmp_path / "features")
    assert Catalogue.load(tmp_path / "features").fingerprint() == catalogue.fingerprint()


def test_what_is_no_catalogue_is_not_loaded(tmp_path):
    FRAME.to_parquet(tmp_path / "items.parquet")
    assert "is not a saved catalogue: read a plain table with Catalogue.read" in refused(
        Catalogue.load, tmp_path / "items.parquet"
    )
    assert "cannot read" in refused(Catalogue.load, tmp_path / "none")
    (tmp_path / "text").write_bytes(gzip.compress(b"hello"))
    assert "cannot read" in refused(Catalogue.load, tmp_path / "text")
    assert "cannot write" in refused(Catalogue.from_frame(FRAME).save, tmp_path / "none" / "x")


@pytest.mark.parametrize(
    "change",
    [
        {"item_id": ["007", "b", "c,d", "f"]},
        {"year": [1962.0, 1963.5, None, -2.0]},
        {"colour": ["red", "red", "a", ""]},
    ],
)
def test_the_fingerprint_changes_with_any_value(change):
    fingerprint = Catalogue.from_frame(FRAME).fingerprint()
    assert Catalogue.from_frame(FRAME.assign(**change)).fingerprint() != fingerprint
    assert Catalogue.from_frame(FRAME, kinds={"colour": "text"}).fingerprint() != fingerprint
    assert Catalogue.from_frame(FRAME.iloc[::-1]).fingerprint() != fingerprint


def test_coverage_counts_items_without_features_and_features_without_items():
    catalogue = Catalogue.from_frame(FRAME[["item_id", "title"]], kinds={"title": "text"})
    # "e" has a row without a value.
    coverage = catalogue.coverage(["e", "007", "x"])
    assert (coverage.without_features, coverage.without_interactions, coverage.both) == (2, 1, 1)
    assert str(coverage) == (
        "features for 1 of 3 ids in the interactions; 2 without ('e', 'x'); 1 in the catalogue only ('b')"
    )
    assert str(catalogue.coverage(["007", "b"])) == "features for 2 of 2 ids in the interactions"


def test_ids_that_do_not_match_at_all_are_refused_with_an_example_of_each():
    message = refused(Catalogue.from_frame(FRAME).coverage, ["i1", "i2"])
    assert message.endswith("the catalogue has ids such as '007', the interactions 'i1'")


def test_the_summary_tells_each_column():
    rows = Catalogue.from_frame(FRAME).summary()
    assert [(row.feature, row.kind, row.filled) for row in rows] == [
        ("title", "text", "50.0 %"),
        ("genres", "multi_category", "75.0 %"),
        ("colour", "category", "75.0 %"),
        ("year", "number", "75.0 %"),
        ("label", "ignored", ""),
    ]
    assert [row.values for row in rows] == [
        "4.5 words on average",
        "3 distinct, 1.67 per row",
        "2 distinct",
        "mean 1308, sd 925.7",
        "its only value is 'EON'",
    ]
    assert rows[0].example == "Dr. No, with Sean Connery"


def test_a_text_of_100_000_characters_survives(tmp_path):
    long = "word " * 20_000
    FRAME.assign(title=[long, "b c", "d", "e"]).to_csv(tmp_path / "items.csv", index=False)
    assert Catalogue.read(tmp_path / "items.csv").columns["title"][0] == long.strip()
