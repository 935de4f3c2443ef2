"""`tfrec-dl drift`."""

import json
import shutil

import pytest

from tests.synthetic import cyclic_interactions


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """Longer histories of new users, a third of their items new, no order in them."""
    folder = tmp_path_factory.mktemp("today")
    frame = cyclic_interactions(users=80, items=30, length=16, noise=1.0, seed=3)
    frame[:700].to_parquet(folder / "1.parquet")
    frame[700:].to_csv(folder / "2.csv", index=False)
    return folder


def test_the_training_data_themselves_have_not_drifted(program, table, exported, trained):
    result = program("drift", exported, "--data", table, "--fail-above", "0", "--json")
    assert (result.status, result.err) == (0, "")
    found = json.loads(result.out)
    assert (found["users"], found["interactions"], found["asked"], found["flagged"]) == (60, 480, 60, [])
    for name in ("ndcg", "hit_rate"):
        assert found["measures"][name]["today"]["value"] == pytest.approx(trained.metrics[f"test/{name}@10"])
        assert found["measures"][name]["training"]["low"] == pytest.approx(trained.metrics[f"test/{name}@10/low"])
    assert found["measures"]["coverage"]["today"]["value"] == pytest.approx(trained.metrics["test/coverage@10"])
    assert {each["drift"] for each in found["measures"].values()} == {0.0}


def test_what_has_drifted_is_named_and_ends_with_1_where_that_was_asked_for(program, exported, shifted):
    result = program("drift", exported, "--data", shifted, "--fail-above", "usual")
    assert (result.status, result.err.splitlines()[-1][:33]) == (1, "drifted: unknown_items, history_l")
    lines = result.out.splitlines()
    assert lines[:2] == ["reading", "measuring"]
    assert lines[2].startswith("1,280 interactions of 80 users, compared with the training of ")
    assert any("unknown_items" in line and "DRIFTED" in line for line in lines)


def test_an_export_without_a_profile_says_so(program, table, exported, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(exported, old)
    (old / "1" / "assets.extra" / "profile.json").unlink()
    result = program("drift", old, "--data", table, "--fail-above", "history_lengths=0.1")
    said, refused = result.err.splitlines()
    assert said.endswith("the export has no profile of its training: export its run again.")
    assert refused.startswith("error: --fail-above history_lengths: it cannot be measured here")
    assert result.status == 2
    assert "nothing has drifted" in result.out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--fail-above", "much"), "--fail-above 'much' is not a limit: write usual, a number, or NAME=NUMBER"),
        (("--fail-above", "popularty=0.1"), "there is no measure 'popularty': did you mean 'popularity'?"),
        (("--fail-above", "-1"), "the limit of unknown_items is -1.0, but must be a number of at least 0"),
        (("--data", "none.csv"), "none.csv'"),
        (("--item-column", "film"), "no column 'film'"),
    ],
)
def test_mistakes_are_refused_in_a_line(refusal, table, exported, options, line):
    where = () if options[0] == "--data" else ("--data", table)
    assert line in refusal("drift", exported, *where, *options)
