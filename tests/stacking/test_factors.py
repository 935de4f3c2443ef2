"""What a stack's scores are made of, and searched by."""

import numpy as np
import pytest
import tensorflow as tf

from tests.stacking.conftest import ITEMS
from tfrec_dl.baselines.ease import EASEGraph
from tfrec_dl.baselines.ials import IALSGraph
from tfrec_dl.baselines.item_knn import ItemKNNGraph
from tfrec_dl.baselines.popularity import PopularityGraph
from tfrec_dl.baselines.votes_graph import VotesGraph
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.serving.index import top_k
from tfrec_dl.serving.ivf import fit, search
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.ivf.search import ListSearch
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.factors import StackFactors
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel

SIZE, K = ITEMS + 2, 6
DRAW = np.random.default_rng(0)
COUNTS = np.array([0, 0, *range(25, 0, -1), *[0] * 5])  # the last five items in nobody's history
ROWS = [DRAW.integers(2, SIZE, length).tolist() for length in (1, 2, 5, 9, 30, 3, 0)]
HISTORY = tf.ragged.constant([[f"a{item - 2}" for item in row] for row in ROWS[:4]]).to_tensor("")


class Product(tf.Module):
    """A query by the last item, vectors far from 0 in common, as those of a network with a bias."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary = vocabulary
        self.item_vectors = None
        self.reach = 1
        self.table = tf.constant(DRAW.normal(size=(SIZE, 5)), tf.float32)
        vectors = DRAW.normal(size=(SIZE, 5)) * [1, 2, 0.1, 1, 1]
        vectors[COUNTS == 0] += 50.0
        self.factors = tf.constant(vectors, tf.float32)

    def asked(self, history):
        lengths = tf.math.count_nonzero(history, axis=1, dtype=tf.int32)
        return Asked(tf.gather(self.table, tf.gather(history, tf.maximum(lengths - 1, 0), batch_dims=1)))

    def catalogue_scores(self, history):
        return tf.matmul(self.asked(history).queries, self.factors, transpose_b=True)

    def similarities(self, items):
        return self.catalogue_scores(items[:, None])


def sparse_rows():
    matrix = np.where(DRAW.random((SIZE, SIZE)) < 0.2, DRAW.random((SIZE, SIZE)), 0)
    matrix[:, :2] = 0
    matrix[:, 27:] = 0
    rows, columns = np.nonzero(matrix)
    return {"splits": np.searchsorted(rows, np.arange(SIZE + 1)), "columns": columns, "values": matrix[rows, columns]}


def graphs():
    return {
        "transitions": VotesGraph(COUNTS, 0.7, COUNTS * 1e-4, order=3, **sparse_rows()),
        "item_knn": ItemKNNGraph(COUNTS, **sparse_rows()),
        "ials": IALSGraph(COUNTS, DRAW.normal(size=(SIZE, 4)), 1.0, 2.0),
        "popularity": PopularityGraph(COUNTS),
    }


@pytest.fixture(scope="module")
def stack_of():
    vocabulary = Vocabulary(np.array([f"a{i}" for i in range(ITEMS)], object), COUNTS[2:])

    def build(members):
        stack = Members({"network": Product(vocabulary), **members}, vocabulary)
        blender = build_blender(len(stack.names))
        layer = blender.get_layer("member_weights")
        layer.kernel.assign(DRAW.normal(size=layer.kernel.shape))
        layer.mean_spread.assign(np.exp(DRAW.normal(size=len(stack.names))))
        layer.log_length.assign([1.5, 0.8])
        return StackedModel(stack, blender)

    return build


def factors_of(stack):
    return StackFactors(stack.members, stack.blender.get_layer("member_weights"))


@pytest.mark.parametrize("names", [("transitions",), ("transitions", "item_knn", "ials", "popularity")])
def test_products_and_votes_give_the_scores_that_the_blender_computes_of_all_items(stack_of, histories, names):
    stack = stack_of({name: graph for name, graph in graphs().items() if name in names})
    history = tf.constant(histories(ROWS[:-1]).padded(33))
    factors = factors_of(stack)
    asked = factors.asked(history)
    found = asked.queries.numpy() @ factors.vectors().T
    assert len(set(zip(asked.votes.rows().numpy(), asked.votes.items.numpy(), strict=True))) == len(asked.votes.items)
    found[asked.votes.rows().numpy(), asked.votes.items.numpy()] += asked.votes.values.numpy()
    wanted = stack.catalogue_scores(history).numpy()
    np.testing.assert_allclose(found[:, 2:], wanted[:, 2:], rtol=1e-5, atol=1e-5 * np.abs(wanted[:, 2:27]).max())


def test_items_with_votes_are_found_whatever_lists_are_read_and_all_lists_give_the_exact_answer(stack_of, histories):
    stack = stack_of({"transitions": graphs()["transitions"]})
    stack.blender.get_layer("member_weights").kernel.assign([[0.1, 5.0], [0, 0], [0, 0]])  # votes decide
    history = tf.constant(histories(ROWS).padded(33))
    has_history = tf.reduce_any(history > 0, axis=1)
    popularity = tf.Variable(COUNTS.astype(np.float32))
    factors = factors_of(stack)
    lists = ItemLists.of(factors.vectors())
    exact, scores = top_k(stack.catalogue_scores(history), history, K)
    for probes in (1, len(lists.centres)):
        found = ListSearch(lists, popularity, probes).search(factors.asked(history), has_history, history, K)
        for row, best in enumerate(exact.numpy()):
            voted = items_with_votes(factors, history, row)
            if probes > 1:
                assert found[0][row].numpy().tolist() == best.tolist()
                np.testing.assert_allclose(found[1][row], scores[row], rtol=1e-4, atol=1e-5)
            else:
                assert set(best.tolist()) & voted <= set(found[0][row].numpy().tolist())
    assert len(lists.centres) > 3


def items_with_votes(factors, history, row):
    votes = factors.asked(history).votes
    return set(votes.items[votes.splits[row] : votes.splits[row + 1]].numpy().tolist())


def test_a_member_that_scores_every_item_anew_is_named(stack_of):
    stack = stack_of({"ease": EASEGraph(COUNTS, np.zeros((SIZE, SIZE), np.float32))})
    with pytest.raises(InputError, match="index is 'ivf', and the stack's ease scores every item anew"):
        stack.serving_module(K).search_in_lists(IvfRequest([["a1"]]))


def test_an_export_recommends_from_lists_and_says_so(stack_of, monkeypatch, tmp_path):
    monkeypatch.setattr(fit, "_batches", lambda *_: (2, 1.0, 8.0))
    monkeypatch.setattr(search, "MANY", 1)
    module = stack_of({"transitions": graphs()["transitions"]}).serving_module(K)
    exact = {name: value.numpy() for name, value in module.recommend(HISTORY, None).items()}
    module.search_in_lists(IvfRequest([[f"a{item - 2}" for item in row] for row in ROWS], least_items=1))
    module.item_lists.probes.assign(module.item_lists.count)
    plain = module.signatures()[:1]
    module.signatures = lambda: plain
    version = publish_module(module, tmp_path / "export")
    assert "in lists of like items" in (version / "assets.extra" / "model_card.md").read_text()
    answer = tf.saved_model.load(str(version)).signatures["serving_default"]
    for rows in (slice(0, 2), slice(0, 4)):  # by lists, and more histories than are searched in them
        found = answer(history=HISTORY[rows])
        assert found["item_ids"].numpy().tolist() == exact["item_ids"][rows].tolist()
        np.testing.assert_allclose(found["scores"], exact["scores"][rows], rtol=1e-4, atol=1e-5)
