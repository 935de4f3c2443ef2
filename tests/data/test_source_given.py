"""What stands for a source in a call: a path, or a source; and paths that are `pathlib.Path`s."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tfrec_dl.data.prepared.source import PreparedSource
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.source_given import source_given
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.reviews.source import ReviewSource


@pytest.mark.parametrize("path", ["clicks.csv", Path("clicks.csv")])
def test_a_path_is_the_table_with_the_usual_columns(path):
    assert source_given(path) == DataSource("clicks.csv")


@pytest.mark.parametrize("name", ["prepared.json", "preparing.json"])
def test_the_path_of_a_prepared_folder_is_that_folder(tmp_path, name):
    (tmp_path / name).write_text("{}")
    assert source_given(tmp_path) == PreparedSource(str(tmp_path))


def test_a_source_is_itself():
    source = DataSource("clicks.csv", user="who")
    assert source_given(source) is source


@pytest.mark.parametrize("given", [pd.DataFrame({"user_id": ["a"], "item_id": ["x"]}), ["clicks.csv"]])
def test_data_in_memory_are_refused_with_what_to_do(given):
    with pytest.raises(InputError, match=rf"the source is a {type(given).__name__}.*to_parquet.*give its path"):
        source_given(given)


@pytest.mark.parametrize(
    "made",
    [
        lambda of: DataSource(of("a.csv"), items=of("b.csv"), users=of("c.csv"), image_folder=of("d")),
        lambda of: RankingSource(of("a.csv"), Feedback(click="click"), history=of("b.csv"), items=of("c.csv")),
        lambda of: ReviewSource(of("a.csv")),
        lambda of: PreparedSource(of("a")),
    ],
)
def test_paths_of_pathlib_are_taken_and_written_as_text(made):
    source = made(Path)
    assert source == made(str)
    if not isinstance(source, PreparedSource):  # whose description is of what the folder holds
        json.dumps(source.description())
