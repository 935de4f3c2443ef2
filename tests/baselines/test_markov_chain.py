import numpy as np
import pytest

from tfrec_dl.baselines.markov_chain import MarkovChain
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate


def counts(rows, size):
    return np.bincount([item for row in rows for item in row], minlength=size)[2:]


def test_scores_by_hand(histories, vocabulary):
    rows = [[2, 3, 2, 3], [2, 4], [4]]
    chain = MarkovChain.of_decay(histories(rows), vocabulary(3, counts(rows, 5)), decay=0.5)
    # 2 -> 3 twice, 2 -> 4 once, 3 -> 2 once; the items occur 3, 2 and 2 times.
    assert chain.scores(histories([[2], [3], [3, 2]]))[:, 2:] == pytest.approx(
        np.array(
            [
                [0, 2 / 3**0.5, 1 / 3**0.5],
                [1 / 2**0.5, 0, 0],
                [0.5 / 2**0.5, 2 / 3**0.5, 1 / 3**0.5],
            ]
        ),
        abs=1e-6,
    )


def test_only_the_last_five_items_vote(histories, vocabulary):
    rows = [[2, 3]] * 3
    chain = MarkovChain.of_decay(histories(rows), vocabulary(9, [3, 3, *[1] * 7]), decay=1.0)
    scores = chain.scores(histories([[2, 5, 6, 7, 8], [2, 5, 6, 7, 8, 9]]))
    assert scores[0, 3] == pytest.approx(3**0.5, abs=1e-6)
    assert scores[1, 3] == pytest.approx(0, abs=1e-6)


def test_transitions_do_not_cross_users(histories, vocabulary):
    chain = MarkovChain.of_decay(histories([[2], [3]]), vocabulary(2, [1, 1]))
    assert chain.transitions.nnz == 0


def test_popularity_orders_equal_scores_only(histories, vocabulary):
    rows = [[2, 3], [2, 4], [5, 4], [5, 6], [5, 6], *[[7]] * 10, [8]]
    chain = MarkovChain.of_decay(histories(rows), vocabulary(7, counts(rows, 9)), decay=0.5)
    scores = chain.scores(histories([[2], []]))
    assert np.argsort(-scores[0, 2:])[:3].tolist() == [4 - 2, 3 - 2, 7 - 2]
    assert np.argsort(-scores[1, 2:])[0] == 7 - 2
    assert scores[0, 3] > 1e6 * scores[0, 7]


def test_the_decay_is_chosen_on_validation(histories, vocabulary, cases):
    # Item 2 leads to 4 and item 3 to 5, and 3 is rarer: only with slow decay the items before the last win.
    rows = [[2, 4]] * 30 + [[3, 5]] * 20
    words = vocabulary(4, counts(rows, 6))
    train = histories(rows)
    recent, older = cases([[2, 3]] * 5, [[5]] * 5), cases([[2, 2, 3]] * 5, [[4]] * 5)
    assert MarkovChain.tuned(train, words, recent, decays=(1.0, 0.3)).settings.decay == 0.3
    assert MarkovChain.tuned(train, words, older, decays=(0.3, 1.0)).settings.decay == 1.0


def test_a_chain_is_learnt_perfectly(histories, vocabulary, cases):
    rows = [[2 + (start + step) % 20 for step in range(6)] for start in range(20)]
    chain = MarkovChain.of_decay(histories(rows), vocabulary(20, counts(rows, 22)), decay=0.1)
    some = cases(rows, [[2 + (row[-1] - 1) % 20] for row in rows])
    assert evaluate(chain, some, vocabulary(20, counts(rows, 22))).means()["ndcg@10"] == 1.0


def test_unknown_items_neither_vote_nor_win(histories, vocabulary):
    chain = MarkovChain.of_decay(histories([[2, 1, 3], [2, 3]]), vocabulary(2, [2, 2]))
    assert chain.transitions[2, 3] == pytest.approx(1 / 2**0.5)
    assert np.isfinite(chain.scores(histories([[1], [1, 2]]))).all()


@pytest.mark.parametrize("decay", [0.0, -1.0, 1.5, float("nan")])
def test_a_decay_outside_its_range_is_refused(histories, vocabulary, decay):
    with pytest.raises(InputError, match="decay"):
        MarkovChain.of_decay(histories([[2, 3]]), vocabulary(2), decay)
