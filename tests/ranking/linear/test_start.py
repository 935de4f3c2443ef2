"""A ranker of few ratings: it starts from ridge regression, keeps it when opened again, and serves it."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.serving.paths import IN_PROCESS
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.serving.module import RankingModule
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.serving.verify import verify_signatures


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("ratings")
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 20, 600), rng.integers(0, 15, 600)
    stars = np.clip(3 + (users % 3 - 1) + (items % 3 - 1) + rng.normal(0, 0.3, 600), 1, 5)
    columns = {"user_id": [f"u{user}" for user in users], "item_id": [f"i{item}" for item in items]}
    frame = pd.DataFrame({**columns, "rating": stars.round(1), "timestamp": np.arange(600)})
    frame.drop_duplicates(["user_id", "item_id"]).to_csv(folder / "table.csv", index=False)
    recipe = RECIPES["deep_fm"].with_settings({"epochs": 1, "dimension": 4, "ranker.units": (4,)})
    return train(recipe, RankingSource(str(folder / "table.csv"), Feedback(rating="rating")), folder / "run", verbose=0)


def test_it_has_the_linear_models_error(run):
    assert (run.folder / "linear_rating.npz").exists()
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics["test/rmse"] < 0.5  # the noise has 0.3, stars themselves 1.1


def test_the_export_predicts_what_the_opened_model_does(run, tmp_path):
    model = run.model()
    version = run.recipe.family.export(run, tmp_path / "served", run.recipe.family.task.card(run))
    assert max(verify_signatures(RankingModule(model), version, IN_PROCESS).values()) <= 1e-5
