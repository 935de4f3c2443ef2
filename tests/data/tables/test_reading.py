import gzip
import os

import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.tables import csv_table
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError

HEADER = "user_id,item_id,timestamp\n"
FRAME = pd.DataFrame({"user_id": ["007", "a,b", "007"], "item_id": ['"☕"\n', "y\tz", "NA"], "timestamp": [3, 1, 2]})


@pytest.fixture
def write(tmp_path):
    """Writes text or bytes to a file of that name, returns its path."""

    def write_file(content, name="log.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def refused(path, *args, **kwargs):
    """The message of the InputError that the file raises."""
    with pytest.raises(InputError) as caught:
        Interactions.read(path, *args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.tsv", "log.parquet"])
def test_every_format_gives_what_the_frame_gives(tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        FRAME.to_parquet(path)
    else:
        FRAME.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    assert Interactions.read(path).fingerprint() == Interactions.from_frame(FRAME).fingerprint()


def test_the_content_decides_when_the_name_does_not(write, tmp_path):
    FRAME.to_parquet(tmp_path / "log.parquet")
    parquet = write((tmp_path / "log.parquet").read_bytes(), "parquet")
    zipped = write(gzip.compress(FRAME.to_csv(index=False).encode()), "zipped.csv")
    expected = Interactions.from_frame(FRAME).fingerprint()
    assert Interactions.read(parquet).fingerprint() == Interactions.read(zipped).fingerprint() == expected


def test_csv_ids_are_text_to_the_letter(write):
    interactions = Interactions.read(write(HEADER + "007,1.0,1\n7,NA,2\n 7,null,3\n1e3,nan,4\n"))
    assert interactions.user_ids.tolist() == ["007", "7", " 7", "1e3"]
    assert interactions.item_ids.tolist() == ["1.0", "NA", "null", "nan"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["318.0", "296.0", "-1.0"], ["318", "296", "-1"]),
        (["1.0", "1.1", "2.0"], ["1.0", "1.1", "2.0"]),
        (["01.0", "2.0"], ["01.0", "2.0"]),
    ],
)
def test_ids_that_were_written_as_floats_are_those_of_the_frame(write, ids, expected):
    read = Interactions.read(write(HEADER + "".join(f"u,{id_},1\n" for id_ in ids)))
    assert read.item_ids.tolist() == expected


def test_an_id_of_10_000_characters_survives(write):
    assert Interactions.read(write(f"{HEADER}u,{'x' * 10_000},1\n")).item_ids.tolist() == ["x" * 10_000]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_endings_blank_lines_and_a_byte_order_mark(write, ending):
    text = ("\ufeff" + HEADER + "\n1,2,3\n\n4,5,6\n").replace("\n", ending)
    interactions = Interactions.read(write(text))
    assert interactions.item_ids.tolist() == ["2", "5"]
    assert interactions.times.tolist() == [3, 6]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_blank_lines_before_the_header_may_fill_blocks(write, monkeypatch, zipped, mark):
    monkeypatch.setattr(csv_table, "BLOCK_BYTES", 64)
    monkeypatch.setattr(csv_table, "SKIPPED_BYTES", 100)

    def written(rows):
        content = (mark + "\n" * 1000 + HEADER + "\n" * 500 + rows).encode()
        return write(gzip.compress(content) if zipped else content)

    assert Interactions.read(written("u,i,1\n")).item_ids.tolist() == ["i"]
    assert "line 1502: the id is missing" in refused(written(",i,1\n"))


def test_the_line_of_an_error_is_not_looked_for_without_end(write, monkeypatch):
    monkeypatch.setattr(csv_table, "MOST_LINES", 50)
    assert "row 1: the id is missing" in refused(write(HEADER + "\n" * 100 + ",i,1\n"))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1970-01-01", "1970-01-02"], [0, 86400]),
        (["1970-01-01 00:00:00.5", "1970-01-01"], [0.5, 0]),
        (["1970-01-01T00:00:05Z", "1970-01-01T01:00:00+01:00"], [5, 0]),
        (["1e3", "-2"], [1000, -2]),
    ],
)
def test_times_may_be_iso_datetimes_or_numbers(write, texts, expected):
    path = write(HEADER + "".join(f"u,{i},{text}\n" for i, text in enumerate(texts)))
    assert Interactions.read(path).times.tolist() == expected


def test_other_columns_are_left_alone(write):
    path = write("review,item,user\nno number,x,u\n")
    assert Interactions.read(path, Columns(user="user", item="item")).item_ids.tolist() == ["x"]


def test_big_integers_in_parquet_keep_every_digit(tmp_path):
    FRAME.assign(user_id=[2**60 + 1, 2**60 + 2, 3]).to_parquet(tmp_path / "big.parquet")
    users = Interactions.read(tmp_path / "big.parquet").user_ids
    assert users.tolist() == ["1152921504606846977", "1152921504606846978", "3"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        # The first record spans lines 2 and 3, and line 4 is blank.
        ('1,"a\nb",1\n\n2,,2\n', "column 'item_id', line 5: the id is missing"),
        ('1,"a\nb",1\n\n"",c,2\n', "column 'user_id', line 5: the id is missing"),
        ('1,"a\nb",1\n\n2,c,\n', "column 'timestamp', line 5: the time is missing"),
        ("1,a,1\n2,b,nan\n", "column 'timestamp', line 3: the time is missing, got nan"),
        ("1,a,1\n2,b,inf\n", "column 'timestamp', line 3: the time is infinite, got 'inf'"),
        ("1,a,1\n2,b,noon\n", "column 'timestamp', line 3: the time is neither"),
        ("1,Foo, Bar,1\n", "line 2 has 4 fields, the header 3"),
        ('1,a,1\n"2\n3",b\n', "line 3 has 2 fields, the header 3"),
        ('1,"a,1\n2,b,2\n', "line 2 has 2 fields, the header 3"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(write, rows, words):
    assert words in refused(write(HEADER + rows))


def test_the_value_that_stands_in_the_file_is_shown(write):
    path = write("user_id,item_id,rating\nu,i,1\nu,j,1e400\n")
    assert "line 3: the rating is infinite or too large, got '1e400'" in refused(path)


def test_a_repeated_row_is_refused_with_its_line_when_asked(write):
    assert "line 4 repeats user '1' with item 'a'" in refused(write(HEADER + "1,a,1\n\n1,a,2\n"), duplicates="error")


@pytest.mark.parametrize("content", ["", "\n\n", gzip.compress(b"", mtime=0), HEADER, HEADER.strip(), HEADER + "\n\n"])
def test_a_file_without_rows_is_refused(write, content):
    message = refused(write(content))
    assert "is empty" in message or "holds no interactions" in message


def test_a_parquet_file_without_rows_is_refused(tmp_path):
    FRAME.iloc[:0].to_parquet(tmp_path / "log.parquet")
    assert "holds no interactions" in refused(tmp_path / "log.parquet")


def test_a_missing_column_suggests_the_nearest_name(write, tmp_path):
    assert "did you mean 'userId'?" in refused(write("userId,item_id\n1,2\n"))
    FRAME.rename(columns={"item_id": "itemId"}).to_parquet(tmp_path / "log.parquet")
    assert "no column 'item_id'" in (message := refused(tmp_path / "log.parquet"))
    assert "did you mean 'itemId'?" in message


def test_a_file_separated_by_something_else_is_told_so(write):
    assert "separate the columns with commas" in refused(write("user_id;item_id\n1;2\n"))


def test_a_folder_is_refused(tmp_path):
    assert "is a folder: name a CSV or Parquet file" in refused(tmp_path)


def test_a_path_that_does_not_exist_suggests_the_nearest_file(write, tmp_path):
    write(HEADER, "ratings.csv.gz")
    assert "did you mean 'ratings.csv.gz'?" in refused(tmp_path / "rating.csv")
    assert "check the name" in refused(tmp_path / "zzz")
    assert f"there is no folder '{tmp_path}/none'" in refused(tmp_path / "none" / "ratings.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(write):
    path = write(HEADER)
    path.chmod(0)
    assert "cannot read" in refused(path)


@pytest.mark.parametrize("kept", [12, 500, -4])
def test_a_truncated_gzip_is_refused(write, kept):
    whole = gzip.compress((HEADER + "".join(f"{i},{i * 7919 % 1003},{i}\n" for i in range(2000))).encode())
    assert "cannot read" in refused(write(whole[:kept], "log.csv.gz"))


def test_a_damaged_gzip_is_refused(write):
    whole = gzip.compress((HEADER + "1,2,3\n" * 1000).encode())
    assert "cannot read" in refused(write(whole[:12] + b"\xff\xff\xff" + whole[15:], "log.csv.gz"))


def test_plain_text_named_gz_is_refused(write):
    assert "cannot read" in refused(write(HEADER + "1,2,3\n", "log.csv.gz"))


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-20], lambda b: b[: len(b) // 2], lambda b: b"PAR1", lambda b: b"hello"]
)
def test_a_corrupt_parquet_is_refused(write, tmp_path, damage):
    FRAME.to_parquet(tmp_path / "whole.parquet")
    assert "cannot read" in refused(write(damage((tmp_path / "whole.parquet").read_bytes()), "log.parquet"))


@pytest.mark.parametrize(
    ("name", "start", "words"),
    [
        ("clicks.csv.zip", b"PK\x03\x04", "is a ZIP archive, and tables are CSV (also gzip) or Parquet: unpack it"),
        ("clicks.csv", b"PK\x03\x04", "is a ZIP archive"),
        ("clicks.xlsx", b"PK\x03\x04", "is an Excel file"),
        ("clicks.csv.bz2", b"BZh91AY", "is compressed with bzip2"),
        ("clicks.csv.xz", b"\xfd7zXZ\x00", "is compressed with xz"),
        ("clicks.csv.zst", b"\x28\xb5\x2f\xfd", "is compressed with Zstandard"),
        ("clicks.parquet", b"PK\x03\x04", "is a ZIP archive"),
        (
            "clicks.feather",
            b"ARROW1\0\0",
            "is a Feather file, and tables are CSV (also gzip) or Parquet: save",
        ),
        ("clicks.pkl", b"\x80\x04\x95", "is a pickle"),
        ("clicks.jsonl", b'{"user_id": 1}', "is JSON"),
        ("clicks.json.gz", b"\x1f\x8b", "is JSON"),
        ("clicks.tar.gz", b"\x1f\x8b", "is a tar archive"),
        ("clicks.orc", b"ORC", "is an ORC file"),
    ],
)
def test_another_format_is_named_with_its_remedy(write, name, start, words):
    assert words in refused(write(start + b"\x98" * 50, name))


def test_a_pipe_is_refused_at_once_and_so_is_a_device(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/null"):
        assert "is a pipe or a device, and a table is read more than once: save it as a file" in refused(path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
@pytest.mark.parametrize("rows_before", [0, 20_000])
def test_another_encoding_is_refused(write, encoding, rows_before):
    text = HEADER + "a,b,1\n" * rows_before + "é,b,1\n"
    assert "is not UTF-8 text" in refused(write(text.encode(encoding)))
