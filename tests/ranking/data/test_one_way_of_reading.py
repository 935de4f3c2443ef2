"""A feature is the same whichever way it comes in: frame, CSV, Parquet, impressions, catalogue, request."""

import numpy as np
import pandas as pd
import pytest

from tests.impressions import CLICKS
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.serving.requests import _checked

TEXTS = {
    "postcodes": ["01234", "04567", "10115", "01234"],
    "versions": ["1.1", "1.10", "1.2", "1.20"],
    "versions of one digit": ["1.0", "2.0", "1", "2"],
    "long codes": ["9007199254740993", "9007199254740992", "", "9007199254740993"],
    "days": ["2020-01-01", "2020-01-02", "2020-01-01", "2020-01-03"],
    "times": ["2020-01-01 00:00:00", "2020-01-01T10:00", "2020-01-01", "10:00"],
    "exponents": ["1e5", "1E5", "100000", "2.5e5"],
    "signs": ["+1", "1", "-1", "0"],
    "truth": ["True", "false", "TRUE", "False"],
    "words for nothing": ["nan", "NaN", "null", "NA"],
    "letters among digits": ["K1A", "01234", "1234", "K1A"],
}


def every_way(frame, folder, kind=None):
    """Name of a way -> kind and values of the column `f`."""
    frame = frame.assign(
        user_id="u", item_id=[f"i{row}" for row in range(len(frame))], click=[0, 1] * (len(frame) // 2)
    )
    frame.to_csv(folder / "t.csv", index=False)
    frame.to_parquet(folder / "t.parquet")
    kinds = {} if kind is None else {"f": kind}
    columns = ImpressionColumns(context=kinds)
    found = {"impressions, frame": Impressions.from_frame(frame, CLICKS, columns).context}
    found["items, frame"] = Catalogue.from_frame(frame, kinds={**kinds, "user_id": "ignore"})
    for name in ("t.csv", "t.parquet"):
        found[f"impressions, {name}"] = Impressions.read(folder / name, CLICKS, columns).context
        found[f"items, {name}"] = Catalogue.read(folder / name, kinds={**kinds, "user_id": "ignore"})
    return {way: (each.kinds["f"], each.columns["f"].tolist()) for way, each in found.items()}


@pytest.mark.parametrize("kind", [None, "category", "multi_category", "text"])
@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
def test_text_is_read_as_it_is_written(tmp_path, texts, kind):
    if kind is None and texts == TEXTS["words for nothing"]:
        texts = ["none", *texts[1:]]
    ways = every_way(pd.DataFrame({"f": texts}), tmp_path, kind)
    asked = _checked(texts, "f", next(iter(ways.values()))[0]).tolist()
    assert {str(values) for _, values in ways.values()} == {str(asked)}
    assert len({found for found, _ in ways.values()}) == 1
    if kind is not None:
        assert asked == texts


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.array([9007199254740993, None, 7, 7], dtype="Int64"), ["9007199254740993", "", "7", "7"]),
        (np.array([0.1, 0.5, 2.25, np.nan], np.float32), ["0.1", "0.5", "2.25", ""]),
        ([True, False, True, True], ["True", "False", "True", "True"]),
    ],
    ids=["integers with a gap", "float32", "booleans"],
)
def test_values_of_other_types_are_what_csv_has_of_them(tmp_path, values, texts):
    ways = every_way(pd.DataFrame({"f": values}), tmp_path, "category")
    assert {way: found for way, (_, found) in ways.items()} == dict.fromkeys(ways, texts)


def test_dates_of_parquet_are_what_csv_has_of_them(tmp_path):
    days = pd.to_datetime(["2020-01-01", "2020-02-01"]).date
    ways = every_way(pd.DataFrame({"f": days}), tmp_path, "category")
    assert {way: found for way, (_, found) in ways.items()} == dict.fromkeys(ways, ["2020-01-01", "2020-02-01"])
    assert every_way(pd.DataFrame({"f": days}), tmp_path)["items, t.parquet"] == ("number", [18262, 18293])


@pytest.mark.parametrize(
    ("values", "kind"), [([5, None, None, None], "number"), ([5, None, 7, 5], "number"), ([1.5, 2.5, 3, 4], "number")]
)
def test_the_guess_is_the_same_too(tmp_path, values, kind):
    assert {found for found, _ in every_way(pd.DataFrame({"f": values}), tmp_path).values()} == {kind}


def test_a_code_that_a_float_cannot_hold_is_refused():
    frame = pd.DataFrame({"item_id": ["a", "b"], "f": [9007199254740993, np.nan]})
    with pytest.raises(InputError, match="column 'f', row 1: the code .* read the codes as text"):
        Catalogue.from_frame(frame, kinds={"f": "category"})


def test_a_column_that_plays_a_part_is_a_feature_as_it_is_written(tmp_path):
    days = ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-03"]
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": days, "click": [0, 1] * 2})
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = Impressions.read(tmp_path / "t.csv", CLICKS, ImpressionColumns(context={"timestamp": "category"}))
    assert found.context.columns["timestamp"].tolist() == days
    assert found.times.tolist() == [1577836800, 1577923200, 1578009600, 1578009600]
