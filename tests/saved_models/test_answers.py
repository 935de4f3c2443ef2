"""The exports that travel with the repository answer as the version did that wrote them."""

import json
from pathlib import Path

import pytest

from tfrec_dl import InputError, Rules
from tfrec_dl.lifecycle.load import load

# Each with answers.json, written by the version that made the exports: python -m tests.saved_models.answers. The older one
# has no rules, attributes, explanations and ids of lists.
OLDER = Path(__file__).parent / "older"
SHIPPED = Path(__file__).parents[2] / "saved_models"
ANSWERS = {
    folder / name: answers
    for folder, file in ((OLDER, OLDER / "answers.json"), (SHIPPED, Path(__file__).with_name("answers.json")))
    for name, answers in json.loads(file.read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("folder", ANSWERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_an_older_export_recommends_as_before(folder):
    recommender, answers = load(folder), ANSWERS[folder]
    assert recommender.k_max == answers["k_max"]
    found = recommender.recommend(answers["histories"], k=5, exclude=answers["exclude"])
    assert [[item for item, _ in row] for row in found] == [[item for item, _ in row] for row in answers["found"]]
    for row, before in zip(found, answers["found"], strict=True):
        assert [score for _, score in row] == pytest.approx([score for _, score in before], rel=1e-4)


def test_what_an_older_export_cannot_do_is_said_in_one_line():
    recommender = load(OLDER / "simple_rnn")
    for ask in (
        lambda: recommender.recommend([["1"]], rules=Rules(must=["genres=War"])),
        lambda: recommender.similar_items(["1"]),
        lambda: recommender.explain([["1"]], [["2"]]),
    ):
        with pytest.raises(InputError, match="earlier version, export it again") as refused:
            ask()
        assert "\n" not in str(refused.value)
