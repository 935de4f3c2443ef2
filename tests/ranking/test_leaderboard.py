import numpy as np
import pandas as pd
import pytest

from tests.impression_log import impression_log
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.evaluation.rendering import markdown, rich_table
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.leaderboard import RankingEntry, ordering_metric, ranking_leaderboard
from tfrec_dl.ranking.metrics.report import ClickReport

GENERATOR = np.random.default_rng(0)
CHANCES = GENERATOR.random(1200)
CLICKS = (GENERATOR.random(1200) < CHANCES).astype(int)
LISTS = np.repeat(np.arange(300), 4)


def clicks(noise: float) -> RankingEntry:
    """The more noise, the worse."""
    predicted = np.clip(CHANCES + noise * np.random.default_rng(1).normal(size=1200), 0.01, 0.99)
    return RankingEntry(f"noise {noise}", {"click": ClickReport(predicted, CLICKS, LISTS, LISTS // 3)}, 1.5)


def ratings(shift: float) -> RankingEntry:
    ids = np.array([f"u{user}" for user in range(20)] * 10, dtype=object)
    rated = np.tile(np.arange(10.0), 20)
    errors = np.random.default_rng(2).normal(0, 1, 200) + shift
    return RankingEntry(f"shift {shift}", {"rating": RatingReport(ids, ids, rated, rated + errors)})


@pytest.mark.parametrize("metric", ["ndcg", "auc", "log_loss"])
def test_the_best_comes_first_whether_high_or_low_is_good(metric):
    board = ranking_leaderboard([clicks(0.3), clicks(0.0), clicks(1.0)], metric)
    assert list(board["model"]) == ["noise 0.0", "noise 0.3", "noise 1.0"]
    assert board.columns[2] == metric
    assert (board[f"{metric}/low"] < board[metric]).all()
    assert (board[f"{metric}/high"] > board[metric]).all()
    assert board["difference"].tolist() == pytest.approx((board[metric] - board[metric][0]).tolist())
    assert (board["stars"][0], board["p"][0]) == ("", 1.0)
    assert board["stars"][2] == "***"


def test_ratings_are_ordered_by_their_error():
    board = ranking_leaderboard([ratings(1.0), ratings(0.0)], "rmse")
    assert list(board["model"]) == ["shift 0.0", "shift 1.0"]
    assert board["difference"][1] > 0
    assert {"mae", "rmse/low", "rmse/high"} <= set(board)
    assert board["seconds"].isna().all()


def test_figures_that_one_entry_lacks_are_not_a_number():
    both = RankingEntry("both", {**clicks(0.0).reports, **ratings(0.0).reports})
    board = ranking_leaderboard([both, clicks(0.3)], "auc").set_index("model")
    assert board.loc["both", "rmse"] > 0
    assert pd.isna(board.loc["noise 0.3", "rmse"])


def test_it_renders_with_its_own_note():
    board = ranking_leaderboard([clicks(0.0), clicks(0.3)], "ndcg")
    text = markdown(board, ("auc", "mae"), "a note [of] *")
    assert text.splitlines()[0] == "| model | family | ndcg | 95 % interval |  | auc | seconds |"
    assert text.endswith("a note [of] \\*\n")
    assert rich_table(board, note="a note [of] *").caption == "a note \\[of] *"


@pytest.mark.parametrize(
    ("entries", "metric", "said"),
    [
        ([], "auc", "at least one model"),
        ([ratings(0.0)], "auc", "shift 0.0 has no metric 'auc': choose from rmse, mae"),
        ([clicks(0.0), RankingEntry("x", {"click": ClickReport([0.5], [1], [0], [0])})], "ndcg", "different rows"),
    ],
)
def test_what_cannot_be_compared_is_refused(entries, metric, said):
    with pytest.raises(InputError, match=said):
        ranking_leaderboard(entries, metric)


def test_figure_that_orders_is_that_of_the_table():
    frame = impression_log(users=5)
    ignored = dict.fromkeys(("price", "device"), "ignore")

    def found(feedback: Feedback, **columns) -> str:
        return ordering_metric(Impressions.from_frame(frame, feedback, ImpressionColumns(context=ignored, **columns)))

    assert found(Feedback(click="click"), lists=("request",)) == "ndcg"
    assert found(Feedback(click="click")) == "auc"
    assert found(Feedback(rating="stars"), lists=("request",)) == "rmse"
