import json

import numpy as np
import pytest

import tfrec_dl
from tfrec_dl.errors import InputError


def test_a_run_is_exported_with_its_card_and_its_model_without(finished, tmp_path):
    versions = [
        tfrec_dl.export(finished, tmp_path / "run", k_max=7),
        tfrec_dl.export(finished.model(), tmp_path / "model"),
    ]
    cards = [json.loads((version / "assets.extra" / "model_card.json").read_text()) for version in versions]
    profiles = [version / "assets.extra" / "profile.json" for version in versions]
    assert json.loads(profiles[0].read_text())["users"] == 60
    assert not profiles[1].exists()
    assert (cards[0]["name"], cards[0]["metrics"]) == (finished.recipe.name, finished.metrics())
    assert (cards[1]["name"], cards[1]["metrics"]) == ("recommender", {})
    assert [signature["name"] for signature in cards[0]["signatures"]] == [
        "serving_default",
        "recommend_excluding",
        "recommend_with_rules",
        "similar_items_with_rules",
        "similar_items",
        "explain",
        "embed_history",
        "embed_items",
    ]
    recommenders = [tfrec_dl.load(version) for version in versions]
    assert [recommender.k_max for recommender in recommenders] == [7, 20]
    (of_run,), (of_model,) = (recommender.recommend([["3", "4"]], k=5) for recommender in recommenders)
    assert [item for item, _ in of_run] == [item for item, _ in of_model]
    np.testing.assert_allclose([score for _, score in of_run], [score for _, score in of_model], rtol=1e-6)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot export a list: pass a run, or a model with `serving_module`"):
        tfrec_dl.export([1, 2], tmp_path / "export")
    assert not (tmp_path / "export").exists()
