import numpy as np
import pytest

from tfrec_dl.baselines.item_knn import ItemKNN


def test_scores_are_sums_of_cosines(histories, vocabulary):
    rng = np.random.default_rng(0)
    rows = [list(rng.integers(2, 12, rng.integers(1, 8))) for _ in range(40)]
    users = np.zeros((40, 12))
    for user, row in enumerate(rows):
        users[user, row] = 1.0
    norms = np.linalg.norm(users, axis=0)
    cosine = users.T @ users / np.maximum(np.outer(norms, norms), 1e-12)
    knn = ItemKNN.fit(histories(rows), vocabulary(10), k=10)
    scores = knn.scores(histories([[3, 5, 3], [11]]))
    assert scores[:, 2:] == pytest.approx(np.stack([cosine[3] + cosine[5], cosine[11]])[:, 2:], abs=1e-5)


def test_only_the_nearest_neighbours_count(histories, vocabulary):
    rows = [[2, 3]] * 9 + [[2, 4]] * 3 + [[5]]
    scores = ItemKNN.fit(histories(rows), vocabulary(4), k=2).scores(histories([[2]]))
    assert scores[0, 3] > 0
    assert scores[0, 4] == 0


def test_no_warnings_reach_the_user(histories, vocabulary, recwarn):
    ItemKNN.fit(histories([[2, 3]]), vocabulary(2))
    assert len(recwarn) == 0
