"""Exports that search in lists of like items."""

import json
import logging

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.content import catalogue, content_model, only
from tests.serving.stand_in import random_model
from tfrec_dl.errors import InputError
from tfrec_dl.families.export_options import ExportOptions
from tfrec_dl.lifecycle.export import export
from tfrec_dl.retrieval.serving.add_items import add_items
from tfrec_dl.retrieval.serving.module import RetrievalModule
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.ivf import fit, search
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.ivf.search import ListSearch
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.run_saved_model import run_in_session

ITEMS, WIDTH = 400, 9
GENERATOR = np.random.default_rng(0)
HISTORIES = [
    [f"item-{item}" for item in GENERATOR.integers(0, ITEMS, count)] for count in GENERATOR.integers(1, 20, 60)
]


@pytest.fixture(scope="module")
def model():
    return random_model(ITEMS, WIDTH, tied=True)


@pytest.fixture
def timed(monkeypatch):
    """Times that are not those of a clock."""

    def take(most):
        monkeypatch.setattr(fit, "_batches", lambda *_: (most, 1.0, 8.0))

    return take


def ids(answer):
    return [[item.decode() for item in row] for row in answer["item_ids"].numpy()]


def test_recall_is_what_was_asked_for_and_in_the_card(model, timed, caplog):
    timed(64)
    module, exact = model.serving_module(20), model.serving_module(20)
    with caplog.at_level(logging.INFO, "tfrec_dl"):
        module.search_in_lists(IvfRequest([*HISTORIES, ["nobody"]], "test histories", 0.8, least_items=1))
    facts = module.facts()
    assert int(module.item_lists.probes) < module.item_lists.count
    assert facts["search"].startswith(f"in lists of like items, {int(module.item_lists.probes)} of ")
    assert facts["time of the search"] == "0.125 of an exact one when exported, for one history: 1.00 ms and 8.00 ms"
    assert "requests of more than 64 histories" in facts["searched exactly"]
    assert "over 30 test histories, 30 others were used to choose" in facts["recall of the search"]
    assert "recall@10 is 0." in caplog.text
    rows = tf.ragged.constant(HISTORIES).to_tensor("")
    found, best = ids(module.recommend(rows[:60], None)), ids(exact.recommend(rows[:60], None))
    shares = [len(set(ours[:10]) & set(theirs[:10])) / 10 for ours, theirs in zip(found, best, strict=True)]
    assert 0.8 <= np.mean(shares) < 1
    measured = float(facts["recall of the search"].split()[0])
    assert np.mean(shares[1::2]) == pytest.approx(measured, abs=0.002)


def test_what_is_searched_exactly_is_the_same_with_lists_and_without(model, timed):
    timed(2)
    module, exact = model.serving_module(20), model.serving_module(20)
    module.search_in_lists(IvfRequest(HISTORIES, recall=0.3, least_items=1))
    rows = tf.ragged.constant(HISTORIES[:3]).to_tensor("")
    assert ids(module.recommend(rows, None)) == ids(exact.recommend(rows, None))  # more histories than 2
    assert ids(module.recommend(rows[:2], None)) != ids(exact.recommend(rows[:2], None))
    others = tf.constant([[f"item-{item}" for item in range(ITEMS) if item not in (7, 300)]])
    for keeps in (module, exact):
        assert sorted(ids(keeps.recommend(tf.constant([["item-1"]]), others))[0][:3]) == ["", "item-300", "item-7"]
    assert ids(module.recommend(tf.constant([[""]]), None)) == ids(exact.recommend(tf.constant([[""]]), None))


def test_a_catalogue_that_is_small_and_lists_that_are_slow_leave_an_export_exact(model, timed, caplog):
    timed(0)
    module = model.serving_module(20)
    with caplog.at_level(logging.INFO, "tfrec_dl"):
        module.search_in_lists(IvfRequest(HISTORIES))
        assert "index: 400 items are searched exactly; lists of items pay off from 50,000 on." in caplog.text
        module.search_in_lists(IvfRequest(HISTORIES, least_items=1))
    assert "no faster than an exact search" in caplog.text
    assert module.item_lists is None
    assert "search" not in module.facts()


def test_an_export_takes_new_items_and_runs_in_a_session(tmp_path, monkeypatch):
    all_signatures = RetrievalModule.signatures
    wanted = ("recommend_from_vectors", "embed_item_features")  # quicker to write
    monkeypatch.setattr(
        RetrievalModule, "signatures", lambda self: [each for each in all_signatures(self) if each.name in wanted]
    )

    def with_lists(self, request):
        lists = ItemLists.of(self.index.all_rows().numpy())
        self.item_lists = ListSearch(lists, self._popularity, len(lists.centres))

    monkeypatch.setattr(RetrievalModule, "search_in_lists", with_lists)
    monkeypatch.setattr(search, "MANY", 1)
    model = content_model(only(catalogue(), "genres"), "hybrid")
    export_saved_model(model, tmp_path, k_max=20, index=IvfRequest([["sea-0"]]))
    add_items(tmp_path, only(catalogue(4, seed=100, prefix="new-"), "genres"))
    before, after = (json.loads((tmp_path / n / "assets.extra" / "model_card.json").read_text()) for n in "12")
    assert after["model"]["search"] == f"{before['model']['search']}, and 4 items that were added since"
    vectors = {"history_vectors": GENERATOR.standard_normal((2, 6, 9), np.float32)}
    none, many = (vectors | {"exclude": np.full((2, count), "", object)} for count in (1, 30))  # in lists, in all items
    requests = [("recommend_from_vectors", each) for each in (none, many)]
    in_lists, exact = run_in_session(tmp_path / "2", requests)
    assert in_lists["item_ids"].tolist() == exact["item_ids"].tolist()
    np.testing.assert_allclose(in_lists["scores"], exact["scores"], rtol=1e-5, atol=1e-6)
    assert any(item.startswith(b"new-") for item in in_lists["item_ids"].ravel())


def test_a_run_is_measured_on_its_validation_histories(finished):
    request = ExportOptions(index="ivf", recall=0.9).index_request(finished)
    split = finished.split()
    assert (request.origin, request.recall) == ("validation histories", 0.9)
    histories = split.validation.histories
    expected = {tuple(split.vocabulary.decode(histories.row(row))) for row in range(len(histories))}
    assert {tuple(row) for row in request.histories} == expected
    assert ExportOptions().index_request(finished) is None


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"index": "ifv"}, "index is 'ifv': did you mean 'ivf'?"),
        ({"index": "hnsw"}, "index is 'hnsw': choose one of exact, ivf."),
        ({"index": "ivf"}, "there are 0 histories to tune its recall on"),
        ({"index": "ivf", "histories": [[]]}, "there are 0 histories"),
        ({"index": "ivf", "recall": 1.0, "histories": HISTORIES}, "recall is 1.0, but must be above 0 and below 1"),
        ({"index": "ivf", "recall": float("nan"), "histories": HISTORIES}, "recall is nan"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(model, tmp_path, asked, message):
    with pytest.raises(InputError, match=message):
        export(model, tmp_path / "export", **asked)
    assert not (tmp_path / "export").exists()


def test_histories_of_unknown_items_and_models_without_vectors_are_refused(model):
    with pytest.raises(InputError, match="none of the 2 histories holds an item that the model knows"):
        model.serving_module(5).search_in_lists(IvfRequest([["x"], ["y", "z"]], least_items=1))
    with pytest.raises(InputError, match="scores are not products of vectors"):
        ServingModule(["a"], np.ones(3)).search_in_lists(IvfRequest([["a"]]))
