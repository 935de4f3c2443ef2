import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation import scorer as blocks_module
from tfrec_dl.evaluation.ranks import rank_targets
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.retrieval import scorer as scorer_module
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.tables import Tables


class Model:
    """The query depends on the order of the items: the first counts half of the next, and so on."""

    max_length = 4
    user_tower = None

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.vectors = tf.Variable(np.random.default_rng(0).normal(size=(vocabulary.size, 3)).astype(np.float32))
        self.traces = 0

    def encode(self, history, embedded):
        self.traces += 1
        weights = tf.cast(history > 0, tf.float32) * 2.0 ** tf.cast(tf.range(tf.shape(history)[1]), tf.float32)
        return tf.einsum("bl,bld->bd", weights, embedded)

    def tables(self):
        return Tables(self.vectors.value(), self.vectors.value())

    def scorer(self):
        return ModelScorer(self)


def by_hand(model, row):
    if not row:
        return model.vocabulary.item_counts
    vectors = model.vectors.numpy()
    return vectors @ sum(2.0**position * vectors[item] for position, item in enumerate(row[-4:]))


@pytest.fixture
def model(vocabulary):
    return Model(vocabulary(6))


ROWS = [[3], [2, 3, 4, 5, 6, 7], [], [7, 7], [4, 5, 2, 3], [6, 2, 2]]


def test_scores_are_query_dot_item_of_the_last_items(model, histories):
    scores = ModelScorer(model).scores(histories(ROWS))
    assert scores.dtype == np.float32
    assert scores == pytest.approx(np.stack([by_hand(model, row) for row in ROWS]), rel=1e-5, abs=1e-5)


def test_an_empty_history_scores_by_popularity(model, histories):
    assert ModelScorer(model).scores(histories([[]])).tolist() == [[0, 0, 6, 5, 4, 3, 2, 1]]


@pytest.mark.parametrize("tokens", [1, 7, 10_000])
def test_batches_by_length_put_every_query_back_in_its_row(model, histories, monkeypatch, tokens):
    monkeypatch.setattr(scorer_module, "QUERY_TOKENS", tokens)
    monkeypatch.setattr(blocks_module, "QUERY_CHUNK", 4)
    blocks = [block.copy() for block in ModelScorer(model).score_blocks(histories(ROWS), 2)]
    assert [len(block) for block in blocks] == [2, 2, 2]
    expected = np.stack([by_hand(model, row) for row in ROWS])
    assert np.concatenate(blocks) == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_ranking_with_a_model_equals_ranking_with_its_scores(model, histories, cases, vocabulary, fixed_scorer):
    some = cases(ROWS, [[2, 4], [1], [3], [5], [6], [7, 3]])
    fixed = fixed_scorer(ModelScorer(model).scores(some.histories))
    for block_size in (1, 4, None):
        found = rank_targets(ModelScorer(model), some, vocabulary(6), top_k=3, block_size=block_size)
        expected = rank_targets(fixed, some, vocabulary(6), top_k=3)
        assert found.ranks.tolist() == expected.ranks.tolist()
        assert found.lists.tolist() == expected.lists.tolist()


def test_the_item_matrix_is_a_snapshot_until_refreshed(model, histories):
    scorer = ModelScorer(model)
    before = scorer.scores(histories([[3]]))
    model.vectors.assign(-2.0 * model.vectors)
    scorer.refresh()
    assert scorer.scores(histories([[3]])) == pytest.approx(4.0 * before, rel=1e-5)


def test_the_query_is_traced_once_for_all_batch_sizes_and_lengths(model, histories):
    scorer = ModelScorer(model)
    for rows in (ROWS, [[2]], [[2, 3]] * 5):
        scorer.scores(histories(rows))
    scorer.refresh()
    scorer.scores(histories(ROWS))
    assert model.traces == 1


def test_a_model_is_wrapped_and_a_scorer_stays_itself(model, fixed_scorer):
    fixed = fixed_scorer(np.ones((1, 3)))
    assert as_scorer(fixed) is fixed
    assert isinstance(as_scorer(model), ModelScorer)
    with pytest.raises(InputError, match="a list"):
        as_scorer([1, 2])
