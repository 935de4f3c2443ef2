import json
import re
import shutil

import pytest

from tfrec_dl.data.tables.comma_lists import parse_ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("1,2,3", ["1", "2", "3"]),
        ("1, 2 ,3", ["1", "2 ", "3"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""",c', ['say "hi"', "c"]),
        ('say "hi",c', ['say "hi"', "c"]),
        (",1,,2,", ["1", "2"]),
        ('"two\nlines",1', ["two\nlines", "1"]),
        ("x" * 200_000, ["x" * 200_000]),
    ],
    ids=["empty", "plain", "spaces", "comma", "doubled quotes", "quotes inside", "gaps", "lines", "very long"],
)
def test_histories_are_read_as_csv(text, ids):
    assert parse_ids(text, "--history") == ids


def test_exports_take_the_next_free_version(program, trained, tmp_path):
    dest = tmp_path / "new" / "dest"
    for version in (1, 2):
        result = program("export", trained.folder, dest)
        assert result.status == 0, result.err
        assert f"exported simple_rnn to {dest / str(version)}\n" in result.out
        assert (dest / str(version) / "saved_model.pb").exists()


def test_the_card_is_filled_from_the_run(trained, exported):
    card = json.loads((exported / "1" / "assets.extra" / "model_card.json").read_text())
    assert card["name"] == "simple_rnn"
    assert card["data"] == "table.csv: 480 interactions of 60 users with 20 items"
    assert card["metrics"] == pytest.approx(trained.metrics)
    config = json.loads((trained.folder / "config.json").read_text())
    assert card["data_fingerprint"] == config["data_fingerprint"]
    assert card["configuration"] == config["recipe"]
    assert card["versions"]["tensorflow"] == config["versions"]["tensorflow"]
    assert card["split"].startswith("leave-last-out: ")


@pytest.mark.parametrize("options", [[], ["--history", ""], ["--history", "nobody,knows,these"]])
def test_without_a_known_id_the_popular_items_are_recommended(program, trained, exported, options):
    found = json.loads(program("recommend", exported, "-k", 20, "--json", *options).out)
    lines = (trained.folder / "vocabulary.txt").read_text().splitlines()
    assert [[entry["item_id"], str(int(entry["score"]))] for entry in found] == [line.split("\t") for line in lines]


def test_items_of_the_history_are_not_recommended(program, exported):
    found = json.loads(program("recommend", exported, "--history", "item_3,item_4", "-k", 20, "--json").out)
    assert len(found) == 18
    assert {"item_3", "item_4"}.isdisjoint(entry["item_id"] for entry in found)
    assert [entry["score"] for entry in found] == sorted((entry["score"] for entry in found), reverse=True)


def test_people_get_a_table_of_ten(program, exported):
    result = program("recommend", exported / "1", "--history", "item_3")
    assert (result.out.count("│ item_"), result.out.count("│ Step ")) == (10, 10)


@pytest.mark.parametrize("k", [0, 21])
def test_more_than_the_catalogue_and_fewer_than_one_are_refused(refusal, exported, k):
    assert f"k is {k}, but this export gives 1 to 20" in refusal("recommend", exported, "-k", k)


def test_rules_are_options(program, exported):
    asked = ("recommend", exported, "--history", "item_3,item_4", "--json", "--keep-seen", "-k", 3)
    result = program(*asked, "--only-ids", "item_3,item_7,item_9", "--exclude", "item_9", "--pin", "item_7@1")
    assert [entry["item_id"] for entry in json.loads(result.out)] == ["item_7", "item_3"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--only", "genres=War"), "genres=War"),
        (("--boost", "year>=2000"), "boost has"),
        (("--diversity", "2"), "diversity is 2.0, but must be a number from 0 to 1"),
        (("--pin", "item_7@11"), "pin item_7@11 is at a place that the list does not have"),
        (("--only-ids", '"a'), "--only-ids"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(refusal, exported, options, line):
    assert line in refusal("recommend", exported, *options)


def test_a_quote_left_open_is_refused(refusal, exported):
    assert "close every quote" in refusal("recommend", exported, "--history", '"a,b')


def test_a_folder_without_an_export_is_refused(refusal, tmp_path):
    assert "does not exist" in refusal("recommend", tmp_path / "none")
    assert "holds no version folder" in refusal("recommend", tmp_path)


def test_a_damaged_export_is_refused(refusal, exported, tmp_path):
    shutil.copytree(exported, tmp_path / "dest")
    (tmp_path / "dest" / "1" / "saved_model.pb").write_bytes(b"noise")
    assert "is damaged" in refusal("recommend", tmp_path / "dest")


def test_an_export_into_a_file_is_refused(refusal, trained, tmp_path):
    (tmp_path / "file").write_text("precious")
    assert "is a file" in refusal("export", trained.folder, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "precious"


def test_an_export_of_a_model_of_ids_takes_no_new_items(refusal, exported, tmp_path):
    (tmp_path / "new.csv").write_text("item_id,title\nnew,whale\n")
    said = refusal("add-items", exported, "--items", tmp_path / "new.csv")
    assert "its model knows items by their ids" in said
    assert sorted(path.name for path in exported.iterdir() if path.is_dir()) == ["1"]


def test_new_items_from_a_table_are_recommended(program, refusal, table, tiny, tmp_path):
    rows = [f'item_{item},"step {item} of the cycle"' for item in range(20)]
    (tmp_path / "items.csv").write_text("\n".join(["item_id,title", *rows]))
    items = ("--items", tmp_path / "items.csv", "--kind", "content")
    result = program("train", "--data", table, "--model", "simple_rnn", "--out", tmp_path / "run", *items, *tiny)
    assert result.status == 0, result.err
    (tmp_path / "items.csv").unlink()  # the run by itself is enough
    assert program("export", tmp_path / "run", tmp_path / "dest").status == 0

    (tmp_path / "new.csv").write_text('movie,title\nnew,"a cycle of steps"\n')
    new = ("--items", tmp_path / "new.csv", "--id-column")
    assert "no column 'item_id'" in refusal("add-items", tmp_path / "dest", "--items", tmp_path / "new.csv")
    result = program("add-items", tmp_path / "dest", *new, "movie")
    assert result.status == 0, result.err
    assert str(tmp_path / "dest" / "2") in result.out
    found = json.loads(program("recommend", tmp_path / "dest", "--history", "item_3", "-k", 20, "--json").out)
    assert "new" in [entry["item_id"] for entry in found]
    assert "1 of the 1 new ids are in the export already" in refusal("add-items", tmp_path / "dest", *new, "movie")


def test_similar_items_are_listed(program, refusal, exported):
    found = json.loads(program("similar", exported, "--item", "item_3", "-k", 19, "--json").out)
    assert {entry["item_id"] for entry in found} == {f"item_{item}" for item in range(20)} - {"item_3"}
    assert [entry["similarity"] for entry in found] == sorted((entry["similarity"] for entry in found), reverse=True)
    assert all(entry["title"] == f"Step {entry['item_id'][5:]}" for entry in found)
    table = program("similar", exported, "--item", "item_3").out
    assert (table.count("│ item_"), table.count("│ Step ")) == (10, 10)
    odd = json.loads(program("similar", exported, "--item", "item_3", "--only", "side=odd", "--json").out)
    assert [entry["item_id"] for entry in odd] == [e["item_id"] for e in found if int(e["item_id"][5:]) % 2]
    assert "keep_seen is for histories" in refusal("similar", exported, "--item", "item_3", "--keep-seen")
    assert "--item 'nobody'" in refusal("similar", exported, "--item", "nobody")
    assert "k is 0" in refusal("similar", exported, "--item", "item_3", "-k", 0)


def test_recommendations_are_explained(program, refusal, exported):
    options = ("--history", "item_3,item_4")
    found = json.loads(program("recommend", exported, *options, "--why", "--json").out)
    reasons = {reason["item_id"]: reason["title"] for reason in found[0]["because"]}
    assert reasons == {"item_3": "Step 3", "item_4": "Step 4"}
    assert found[0]["title"] == f"Step {found[0]['item_id'][5:]}"
    one = json.loads(program("explain", exported, *options, "--item", found[0]["item_id"], "--json").out)
    assert one["because"] == [pytest.approx(reason, abs=1e-4) for reason in found[0]["because"]]
    assert one["score"] == pytest.approx(found[0]["score"], abs=1e-4)
    side = f"side={['even', 'odd'][int(found[0]['item_id'][5:]) % 2]}"
    of_side = {"side=odd": "item_3", "side=even": "item_4"}[side]
    lost = {reason["item_id"]: reason["contribution"] for reason in one["because"]}
    assert one["in_common"] == [{"value": side, "contribution": pytest.approx(lost[of_side], abs=1e-4)}]
    assert side in program("explain", exported, *options, "--item", found[0]["item_id"]).out
    assert re.search(r"because of.*Step [34] \(", program("recommend", exported, *options, "--why").out, re.DOTALL)
    assert program("explain", exported, *options, "--item", "item_5").out.count("│ item_") == 2
    assert "--item 'nobody'" in refusal("explain", exported, *options, "--item", "nobody")
    assert "leave out one of them" in refusal("recommend", exported, "--why", "--user", "u")


def test_versions_are_labelled(program, refusal, tmp_path):
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
    result = program("label", tmp_path, "stable=1", "canary=2")
    assert "stable is version 1, canary is version 2" in result.out
    assert 'key: "canary"' in (tmp_path / "models.config").read_text()
    assert "the newest is served" in program("label", tmp_path).out
    assert "canary" not in (tmp_path / "models.config").read_text()
    assert "'stable' cannot be read" in refusal("label", tmp_path, "stable")
    assert "'stable=one' cannot be read" in refusal("label", tmp_path, "stable=one")
    assert "a label is given twice" in refusal("label", tmp_path, "stable=1", "stable=2")
    assert "holds 1, 2" in refusal("label", tmp_path, "stable=3")
