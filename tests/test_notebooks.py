import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.serving.recommendations import Recommendations, recommendations

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def interactions():
    rows = [(user, f"i{item}{EVIL}", item) for user in ("u1", "u2") for item in range(4)]
    return Interactions.from_frame(pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]))


def _tables(html):
    assert "<script>" not in html
    return [[cell.split("<")[0] for cell in row.split("<td>")[1:]] for row in html.split("<tr>")[1:]]


def test_interactions_show_their_counts_and_first_rows(interactions):
    html = interactions._repr_html_()
    assert "8 interactions, 2 users, 4 items; the first 5" in html
    assert _tables(html)[0][0] == "u1" and len(_tables(html)) == 5


def test_a_split_shows_its_parts(interactions):
    html = leave_last_out(interactions)._repr_html_()
    assert _tables(html) == [["train", "2", "4"], ["validation", "2", "2"], ["test", "2", "2"]]
    assert "2 items in the vocabulary" in html


def test_a_report_shows_metrics_with_intervals():
    users = np.array(["a", "b"], dtype=object)
    html = Report({"ndcg@10": np.array([0.5, 0.5])}, {"coverage@10": 0.25}, users, 2)._repr_html_()
    assert _tables(html) == [["ndcg@10", "0.5000", "0.5000", "0.5000"], ["coverage@10", "0.2500", "", ""]]


def test_recommendations_show_places_and_scores():
    html = Recommendations([(f"i{EVIL}", 1.25), ("i2", 0.5)])._repr_html_()
    assert [row[2] for row in _tables(html)] == ["1.2500", "0.5000"]


def test_recommendations_show_the_titles_of_the_answer():
    answer = {
        "item_ids": [["i1", "", "i2"], ["", "", ""]],
        "scores": [[1.25, 0.0, 0.5], [0.0, 0.0, 0.0]],
        "title": [[EVIL, "", "Two"], ["", "", ""]],
        "recommendation_id": ["a", "b"],
    }
    first, nothing = recommendations({name: tf.constant(value) for name, value in answer.items()}, k=3)
    assert first.shown == {"title": [EVIL, "Two"]}
    assert [row[3] for row in _tables(first._repr_html_())] == ["1.2500", "0.5000"]
    assert "Two" in first._repr_html_()
    assert (nothing, nothing.shown) == ([], {"title": []})
