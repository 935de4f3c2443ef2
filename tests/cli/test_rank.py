import json
import socket
import sys
from pathlib import Path

import pandas as pd
import pytest

import tfrec_dl
from tests.impression_log import impression_log

CANDIDATES = impression_log().tail(8).assign(request=["a"] * 4 + ["b"] * 4)


@pytest.fixture(scope="module")
def dest(program, ranked, tmp_path_factory):
    """An export of `ranked`."""
    folder = tmp_path_factory.mktemp("exports") / "ranker"
    result = program("export", ranked.folder, folder)
    assert result.status == 0, result.err
    assert f"exported din to {folder / '1'}" in result.out
    assert f"tfrec-dl rank {folder} --candidates TABLE" in result.out
    return folder


def content_of(version: Path) -> bytes:
    return b"".join(path.read_bytes() for path in version.rglob("*") if path.is_file())


def test_an_export_says_whose_ids_it_holds_and_holds_no_path_or_name_of_the_machine(dest, ranked):
    content = content_of(dest / "1")
    assert b"user_1" in content
    assert "their ids in clear; export with --anonymous-users" in (dest / "1/assets.extra/model_card.md").read_text()
    for private in (ranked.folder.parent, Path.home(), Path(tfrec_dl.__file__).parents[1], sys.prefix):
        assert str(private).encode() not in content
    assert socket.gethostname().encode() not in content


def test_candidates_of_a_table_come_best_first_in_each_request(program, refusal, dest, tmp_path):
    CANDIDATES.to_csv(tmp_path / "candidates.csv", index=False)
    command = ("rank", dest, "--candidates", tmp_path / "candidates.csv", "--list-column", "request")
    rows = pd.DataFrame(json.loads(program(*command, "--json").out))
    for request, shown in CANDIDATES.groupby("request"):
        found = rows[rows["request"] == request]
        assert set(found["item_id"]) == set(shown["item_id"])
        assert found["score"].is_monotonic_decreasing
        assert found["click"].between(0, 1).all()
    printed = program(*command).out
    assert all(item in printed for item in CANDIDATES["item_id"])
    lacking = tmp_path / "lacking.csv"
    CANDIDATES.drop(columns="price").to_csv(lacking, index=False)
    assert "no column 'price'" in refusal("rank", dest, "--candidates", lacking, "--list-column", "request")
    assert "no column 'who'" in refusal("rank", dest, "--candidates", lacking, "--user-column", "who")


def test_two_stages_are_one_export_that_retrieves_and_ranks(program, refusal, ranked, trained, tmp_path):
    dest = tmp_path / "both"
    stages = ("--retrieval", trained.folder, "--candidates", 8, "-k", 3)
    assert "did you mean 'ivf'?" in refusal("export", ranked.folder, dest, *stages, "--index", "ifv")
    assert "does not search items itself" in refusal("export", ranked.folder, dest, "--index", "ivf")
    result = program("export", ranked.folder, dest, *stages, "--anonymous-users")
    assert result.status == 0, result.err
    assert b"user_1" not in content_of(dest / "1")
    assert f"exported simple_rnn and din to {dest / '1'}" in result.out
    command = ("recommend", dest, "--history", "item_5,item_6", "-k", 3, "--json")
    retrieved = json.loads(program(*command).out)
    both = json.loads(program(*command, "--user", "user_1", "--context", "device=phone").out)
    assert "the features of the request are device" in refusal(*command, "--user", "user_1", "--context", "phone")
    assert "give --user" in refusal(*command, "--context", "device=phone")
    assert len(retrieved) == len(both) == 3
    scores = [each["score"] for each in both]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)  # probabilities of a click
    CANDIDATES.to_csv(tmp_path / "candidates.csv", index=False)
    ranked_table = program("rank", dest, "--candidates", tmp_path / "candidates.csv", "--list-column", "request")
    assert ranked_table.status == 0, ranked_table.err
