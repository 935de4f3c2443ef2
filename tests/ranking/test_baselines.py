import numpy as np
import pandas as pd
import pytest

from tests.impression_log import impression_log
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.ranking.baselines import RANKING_BASELINES, baseline_names, ranking_baseline_entries
from tfrec_dl.ranking.baselines.smoothed_rates import SmoothedRates
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import split_at_random, split_in_time
from tfrec_dl.ranking.metrics.report import ClickReport

LISTS = ("request",)
CLICKS = Feedback(click="click", conversion="order")


def shown_data(frame: pd.DataFrame, feedback: Feedback, position: str | None = "position"):
    columns = ImpressionColumns(lists=LISTS, position=position, context=dict.fromkeys(("price", "device"), "ignore"))
    return dataset_of(split_in_time(Impressions.from_frame(frame, feedback, columns)))


def dataset_of(split, items=None, users=None) -> ImpressionDataset:
    """What a source would have read."""
    source = RankingSource("table.csv", Feedback(click="click"))
    return ImpressionDataset(source, split, {"items": items, "users": users})


def test_rates_are_drawn_towards_the_rate_of_all():
    keys, labels = np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0])
    found = SmoothedRates(keys, labels, size=3, strength=2.0).rates
    rate = (2 + 1) / (4 + 2)
    assert found == pytest.approx([(2 + 2 * rate) / 5, (0 + 2 * rate) / 3, rate])


@pytest.mark.parametrize(
    ("keys", "strength", "said"), [([], 1.0, "0 rows"), ([0], 0.0, "strength is 0"), ([0], -1.0, "strength is -1")]
)
def test_nothing_to_take_rates_from_or_no_strength_is_refused(keys, strength, said):
    with pytest.raises(InputError, match=said):
        SmoothedRates(np.array(keys, dtype=int), np.ones(len(keys)), 1, strength)


def test_strength_is_chosen_on_validation():
    """Where all keys are alike the strongest pull is the best, where each is its own a weak one."""
    generator = np.random.default_rng(0)
    keys = np.repeat(np.arange(40), 50)
    train, validation = np.arange(0, 2000, 2), np.arange(1, 2000, 2)
    for rates, extreme in ((np.full(40, 0.5), max), (np.tile([0.02, 0.98], 20), min)):
        labels = (generator.random(2000) < rates[keys]).astype(float)
        found = SmoothedRates.tuned(keys, labels, train, validation, strengths=(1.0, 30.0, 1000.0))
        expected = SmoothedRates(keys[train], labels[train], 40, extreme(1.0, 1000.0))
        assert found.rates == pytest.approx(expected.rates)


def test_baselines_are_those_that_the_table_allows():
    frame = impression_log(users=10)
    assert baseline_names(shown_data(frame, CLICKS)) == ["popularity", "logged_order", "logistic_regression"]
    assert baseline_names(shown_data(frame, CLICKS, position=None)) == ["popularity", "logistic_regression"]
    ratings = [name for name in baseline_names(shown_data(frame, Feedback(rating="stars"))) if name != "lightgbm"]
    assert ratings == ["rating_bias", "ridge"]


def test_a_missing_package_is_said_in_one_line(monkeypatch, caplog):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with caplog.at_level("INFO"):
        names = baseline_names(shown_data(impression_log(users=10), Feedback(click="click")))
    assert "lightgbm" not in names
    assert 'lightgbm is left out: LightGBM is not installed: pip install "tfrec-dl[trees]"' in caplog.text


@pytest.mark.parametrize(("name", "column"), [("popularity", "item_id"), ("logged_order", "position")])
def test_baseline_of_clicks_gives_rates_of_the_training_part(name, column):
    frame = impression_log()
    split = (data := shown_data(frame, CLICKS)).split
    found = RANKING_BASELINES[name]().predictions(data)
    assert np.array_equal(found["row"], split.test)
    train = frame.iloc[split.train]
    rate = (train["click"].sum() + 1) / (len(train) + 2)
    keys = frame.iloc[split.test][column]
    groups = train.groupby(column)["click"]
    candidates = [
        (keys.map(groups.sum()) + strength * rate) / (keys.map(groups.count()) + strength)
        for strength in (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
    ]
    assert any(np.allclose(found["click"], each) for each in candidates)
    assert np.allclose(found["click_and_conversion"], found["click"] * found["conversion"])


def test_logged_order_finds_that_the_top_is_clicked_the_most():
    frame = impression_log(lists=10)
    split = (data := shown_data(frame, CLICKS)).split
    found = RANKING_BASELINES["logged_order"]().predictions(data)["click"]
    by_position = [found[frame["position"].to_numpy()[split.test] == position].mean() for position in range(4)]
    assert by_position[0] > by_position[3]


def test_entries_are_reports_over_the_test_part():
    frame = impression_log(users=20)
    entries = list(ranking_baseline_entries(shown_data(frame, CLICKS), ["popularity", "logged_order"]))
    assert [(entry.name, entry.family) for entry in entries] == [
        ("popularity", "baseline"),
        ("logged_order", "baseline"),
    ]
    for entry in entries:
        report = entry.reports["click"]
        assert isinstance(report, ClickReport)
        assert len(report) == len(frame) // 5
        assert set(entry.reports) == {"click", "conversion"}


def test_bias_of_ratings_beats_their_mean():
    frame = impression_log(lists=8)
    columns = ImpressionColumns(context=dict.fromkeys(set(frame) - {"user_id", "item_id", "stars"}, "ignore"))
    frame["stars"] = frame["item_id"].str.removeprefix("item_").astype(int) / 3 + frame["click"]
    split = split_at_random(Impressions.from_frame(frame, Feedback(rating="stars"), columns))
    (entry,) = ranking_baseline_entries(dataset_of(split), ["rating_bias"])
    report = entry.reports["rating"]
    assert isinstance(report, RatingReport)
    assert report.summary()["rmse"] < 0.5 * report.rated.std()


def test_logistic_regression_predicts_clicks_and_conversions():
    (entry,) = ranking_baseline_entries(shown_data(impression_log(users=20), CLICKS), ["logistic_regression"])
    assert entry.reports["click"].means()["auc"] > 0.55
    assert set(entry.reports) == {"click", "conversion"}
