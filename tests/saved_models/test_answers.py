"""The exports that travel with the repository answer as the version did that wrote them."""

import json
from pathlib import Path

import pytest

from tfrec_dl.lifecycle.load import load

SHIPPED = Path(__file__).parents[2] / "saved_models"
# Written by python -m tests.saved_models.answers, with the version that made the exports.
ANSWERS = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_older_export_recommends_as_before(name):
    recommender, answers = load(SHIPPED / name), ANSWERS[name]
    assert recommender.k_max == answers["k_max"]
    found = recommender.recommend(answers["histories"], k=5, exclude=answers["exclude"])
    assert [[item for item, _ in row] for row in found] == [[item for item, _ in row] for row in answers["found"]]
    for row, before in zip(found, answers["found"], strict=True):
        assert [score for _, score in row] == pytest.approx([score for _, score in before], rel=1e-4)
