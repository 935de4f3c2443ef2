"""What is known of items that nobody has met."""

import sys

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.baselines import COLD_BASELINES
from tfrec_dl.baselines.cold_start import cold_baseline_entries
from tfrec_dl.baselines.held_out_popularity import HeldOutPopularity
from tfrec_dl.baselines.random_scores import RandomScores
from tfrec_dl.baselines.tf_idf import TfIdf
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.cold_start import hold_out_items
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import cold_start_leaderboard

WORDS = {"space": "rocket star planet alien", "west": "horse sheriff saloon cattle"}


@pytest.fixture(scope="module")
def cold_start():
    """80 users, each fond of one of two genres; item "space 3" has two of its genre's four words."""
    generator = np.random.default_rng(0)
    rows = []
    for user in range(80):
        genre = "space" if user % 2 else "west"
        for time, item in enumerate(generator.permutation(30)[:15]):
            rows.append((f"user {user}", f"{genre} {item}", time))
    return hold_out_items(Interactions.from_frame(pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])))


@pytest.fixture(scope="module")
def texts(cold_start):
    generator = np.random.default_rng(1)
    genres = [item.split()[0] for item in cold_start.vocabulary.ids]
    return ["", "", *(" ".join(generator.choice(WORDS[genre].split(), 2, replace=False)) for genre in genres)]


@pytest.fixture(scope="module", params=COLD_BASELINES)
def baseline(request, cold_start, texts):
    return COLD_BASELINES[request.param].from_cold_split(cold_start, texts)


def test_scores_are_fresh_finite_floats_for_the_whole_catalogue(baseline, cold_start):
    first = baseline.scores(cold_start.cold_test.histories)
    expected = first.copy()
    assert first.shape == (len(cold_start.cold_test), cold_start.vocabulary.size)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    first[:] = np.nan
    assert baseline.scores(cold_start.cold_test.histories) == pytest.approx(expected)


def test_a_history_scores_the_same_alone_and_in_a_block(baseline, cold_start):
    together = baseline.scores(cold_start.cold_test.histories)
    alone = baseline.scores(cold_start.cold_test.histories.select(np.array([7])))
    assert alone[0] == pytest.approx(together[7], rel=1e-5, abs=1e-6)


def test_no_histories_give_no_scores(baseline, cold_start, histories):
    assert baseline.scores(histories([])).shape == (0, cold_start.vocabulary.size)


def test_texts_find_the_cold_items_of_the_users_genre(cold_start, texts):
    table = cold_start_leaderboard(list(cold_baseline_entries(cold_start, texts)))
    assert table["model"][0] == "tf_idf"
    assert sorted(table["model"]) == sorted(COLD_BASELINES)
    assert set(table["family"]) == {"baseline"}
    figures = table.set_index("model")["cold"]
    # 12 cold items of 2 genres, one target: at random 10 of 12 make the list, by genre the target is in its upper half.
    assert figures["tf_idf"] > 1.2 * figures["random"]


def test_an_unknown_cold_baseline_is_refused_with_those_there_are(cold_start, texts):
    with pytest.raises(InputError, match="'tfidf'.*tf_idf"):
        list(cold_baseline_entries(cold_start, texts, names=["random", "tfidf"]))


def test_random_scores_depend_on_the_seed_and_the_user_alone(vocabulary, histories):
    users = histories([[2], [], [3, 4]], ["a", "b", "a"])
    scores = RandomScores(vocabulary(1000), seed=1).scores(users)
    assert (scores[0] == scores[2]).all()
    assert abs(np.corrcoef(scores[0], scores[1])[0, 1]) < 0.1
    assert (RandomScores(vocabulary(1000), seed=2).scores(users) != scores).mean() > 0.99
    assert scores.mean() == pytest.approx(0.5, abs=0.03)


def test_held_out_popularity_orders_cold_items_by_their_held_out_interactions(cold_start, histories):
    scores = HeldOutPopularity.fit(cold_start).scores(histories([[2]]))[0]
    cold = np.flatnonzero(cold_start.test_items)
    assert (scores[cold] == cold_start.held_out_counts[cold]).all()
    assert (scores[cold] > 0).all()
    warm = cold_start.warm_items
    assert (scores[warm] == cold_start.vocabulary.item_counts[warm]).all()


def test_scores_are_cosines_with_the_mean_vector_of_the_history(vocabulary, histories):
    texts = ["", "", "red apple", "green apple", "green tea", "", "Tea, RED tea!"]
    words = ["red", "apple", "green", "tea"]
    counts = np.array(
        [[text.lower().replace("!", "").replace(",", "").split().count(w) for w in words] for text in texts]
    )
    idf = np.log((1 + len(texts)) / (1 + (counts > 0).sum(axis=0))) + 1  # as scikit-learn smooths it
    vectors = counts * idf
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    scores = TfIdf.fit(texts, vocabulary(5)).scores(histories([[2, 4, 4, 1], [5], [3]]))
    for row, history in enumerate([[2, 4], [5], [3]]):
        mean = vectors[history].mean(axis=0)
        expected = vectors @ mean / max(np.linalg.norm(mean), 1e-12)
        assert scores[row] == pytest.approx(expected, abs=1e-6)
    assert scores[2, 3] == pytest.approx(1.0)


def test_new_users_get_the_popular_items(vocabulary, histories):
    scores = TfIdf.fit(["", "", "red", "blue"], vocabulary(2, [7, 9])).scores(histories([[], [2]]))
    assert scores.tolist() == [[0, 0, 7, 9], [0, 0, 1, 0]]


def test_common_english_words_say_nothing_unless_kept(vocabulary, histories):
    texts = ["", "", "the dog", "the cat"]
    assert TfIdf.fit(texts, vocabulary(2)).scores(histories([[2]]))[0, 3] == 0
    assert TfIdf.fit(texts, vocabulary(2), stop_words=None).scores(histories([[2]]))[0, 3] > 0


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["", "", "one"], "3 texts for a vocabulary of size 4"),
        (["", "", "one", None], "a text is None"),
        (["one", "", "one", "two"], "padding and unknown have the texts 'one' and ''"),
        (["", "", "", "?!"], "none of 4 texts contains a word"),
    ],
)
def test_texts_that_do_not_fit_are_refused(vocabulary, texts, message):
    with pytest.raises(InputError, match=message):
        TfIdf.fit(texts, vocabulary(2))


def test_without_scikit_learn_the_error_says_what_to_install(vocabulary, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(InputError, match=r'pip install "tfrec_dl\[content\]"'):
        TfIdf.fit(["", "", "one"], vocabulary(1))
