"""What is read from the files beside an export: the metrics as it answers."""

import json

import pytest

from tfrec_dl.drift.training import Training
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.serving.card import ModelCard

METRICS = {"test/ndcg@10": 0.2, "test/ndcg@10/low": 0.1, "test/ndcg@10/high": 0.3, "test_keep_seen/ndcg@10": 0.5}


@pytest.mark.parametrize(
    ("trained", "answers", "value"),
    [(False, "are not recommended", 0.2), (False, "are recommended again", 0.5), (True, "are recommended again", 0.2)],
)
@pytest.mark.parametrize("stage", ["", "retrieval"])
def test_metrics_are_those_of_what_it_answers(tmp_path, trained, answers, value, stage):
    configuration = {"training": {"keep_seen": trained}}
    metrics, fact = METRICS, "items of the history"
    if stage:
        configuration = {stage: configuration, "ranking": {}}
        metrics = {**{f"{stage}/{name}": each for name, each in METRICS.items()}, "ranking/test/ndcg@10": 0.9}
        fact = f"{stage}: {fact}"
    card = ModelCard(metrics=metrics, configuration=configuration, split="leave-last-out")
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "assets.extra" / "model_card.json").write_text(card.to_json({fact: answers}))
    found = Training.read(tmp_path)
    assert found.metrics["ndcg@10"].value == value
    assert found.metrics == {"ndcg@10": Estimate(0.2, 0.1, 0.3) if value == 0.2 else Estimate(0.5)}
    assert (found.profile, found.split) == (None, "leave-last-out")


def test_without_a_card_nothing_is_known(tmp_path):
    assert Training.read(tmp_path) == Training(None, {}, None)


def test_the_profile_stays_out_of_the_card():
    assert "profile" not in json.loads(ModelCard().to_json({}))
