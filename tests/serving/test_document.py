"""The requests in docs/serving.md, to the server that answers as TF Serving does."""

import functools
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2
from typer.testing import CliRunner

from docs.signature_tables import with_tables
from tests.server.clients import Client
from tests.serving.document_models import IDS, films_model, movies_model, shop_ranker
from tfrec_dl.cli import app
from tfrec_dl.lifecycle.load import load
from tfrec_dl.server.local_server import LocalServer, ServerSettings
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.two_stage.export import export_two_stage

DOCUMENT = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def movies(tmp_path_factory):
    return export_saved_model(movies_model(), tmp_path_factory.mktemp("document") / "gru")


@pytest.fixture(scope="module")
def films_retrieval():
    return films_model()


@pytest.fixture(scope="module")
def films(films_retrieval, tmp_path_factory):
    return export_saved_model(films_retrieval, tmp_path_factory.mktemp("document") / "films")


@pytest.fixture(scope="module")
def ranker():
    return shop_ranker()


@pytest.fixture(scope="module")
def shop(ranker, tmp_path_factory):
    return export_two_stage(movies_model(), ranker, tmp_path_factory.mktemp("document") / "shop", k=3)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, flags=re.DOTALL)


@functools.cache
def opened(version: Path):
    return tf.saved_model.load(str(version))


@functools.cache
def client(dest: Path) -> Client:
    return Client(dest)


def rest_predict(version: Path, body: str) -> dict:
    """POST .../v1/models/NAME:predict to the server that answers as TF Serving does."""
    answer = client(version.parent).post(f"/v1/models/{version.parent.name}:predict", content=body)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def bodies(model: str) -> list[str]:
    return re.findall(rf"/{model}:predict[ \\\n]*-d '([^']*)'", "".join(blocks("bash")))


def test_rest_request_for_three_users(movies):
    known, _, new_user = rest_predict(movies, bodies("gru")[1])["predictions"]
    assert known["item_ids"] == ["50", "527", "", "", ""]
    assert known["scores"][2:] == pytest.approx([LOWEST_SCORE] * 3)
    assert new_user["item_ids"] == list(IDS)
    assert new_user["scores"] == [5, 4, 3, 2, 1]


def test_rest_request_with_exclusions(movies):
    (row,) = rest_predict(movies, bodies("gru")[2])["predictions"]
    assert row["item_ids"] == ["527", "", "", "", ""]


def test_rest_request_in_columns(movies):
    outputs = rest_predict(movies, bodies("gru")[3])["outputs"]
    assert outputs["item_ids"] == [["593", "50", "527", "", ""]]


def test_rest_request_for_vectors(movies):
    vectors = np.array(rest_predict(movies, bodies("gru")[4])["predictions"])
    np.testing.assert_allclose(vectors, np.eye(2, 6) + np.eye(6)[5] * [[0.5], [0.4]], rtol=1e-6)


def test_rest_request_with_rules(movies):
    (row,) = rest_predict(movies, bodies("gru")[0])["predictions"]
    assert row["item_ids"][0] == "50"
    assert row["item_ids"][3:] == ["", ""]


def test_every_rest_request_of_the_document_is_tried():
    assert [len(bodies(name)) for name in ("gru", "films", "shop")] == [5, 1, 2]
    assert "".join(blocks("bash")).count("-d '") == 8


def test_rest_request_with_raw_features(films):
    (vector,) = rest_predict(films, bodies("films")[0])["predictions"]
    assert len(vector) == 5
    assert any(vector)


def test_grpc_program(movies):
    (program,) = [block for block in blocks("python") if "import grpc" in block]
    names: dict = {}
    with LocalServer(movies.parent, ServerSettings(port=0, grpc_port=0, warm_up=False)) as server:
        exec(program.replace("localhost:8500", server.grpc_address), names)
    assert names["item_ids"] == ["50", "527"]
    assert names["scores"] == pytest.approx([5.2, 0.1])


def test_python_program_without_a_server(movies):
    program, *_ = [block for block in blocks("python") if "load(" in block]
    call = program.replace('"saved_models/gru"', repr(str(movies.parent)))
    names: dict = {}
    exec(call.replace("recommender.recommend(", "found = recommender.recommend("), names)
    assert [[item for item, _ in row] for row in names["found"]] == [["50", "527"], list(IDS)]


def test_python_program_of_similar_items_and_explanations(movies):
    _, program, *_ = [block for block in blocks("python") if "load(" in block]
    names: dict = {}
    exec(program.replace('"saved_models/gru"', repr(str(movies.parent))), names)
    assert [len(row) for row in names["alike"]] == [3, 3]
    assert [(each.item_id, [item for item, _ in each.because]) for each in names["explained"]] == [
        ("593", ["296", "318"]),
        ("50", ["296"]),
    ]


def test_python_program_with_rules(movies):
    _, _, program, *_ = [block for block in blocks("python") if "load(" in block]
    names: dict = {}
    exec(program.replace('"saved_models/gru"', repr(str(movies.parent))), names)
    assert [[item for item, _ in row] for row in names["found"]] == [["50", "593", "527"]] * 2


NEW_FILMS = 'item_id,title,genres,year\nnew-1,Whales,Sea|Drama,2026\nnew-2,"Storm, of war",War,\n'


def test_python_program_with_new_items(films, tmp_path, monkeypatch):
    *_, program, _ = [block for block in blocks("python") if "load(" in block]
    (tmp_path / "new_films.csv").write_text(NEW_FILMS)
    monkeypatch.chdir(tmp_path)
    call = program.replace('"saved_models/films"', repr(str(films.parent)))
    names: dict = {}
    exec(call.replace("recommender.recommend_with_new_items(", "found = recommender.recommend_with_new_items("), names)
    assert [sorted(item for item, _ in row) for row in names["found"]] == [sorted(IDS[1:]), sorted(IDS)]


def test_rest_requests_to_rank(shop):
    (ranked,) = rest_predict(shop, bodies("shop")[0])["predictions"]
    assert sorted(ranked["item_ids"]) == ["50", "527", "593"]
    assert ranked["scores"] == ranked["click"] == sorted(ranked["scores"], reverse=True)
    (recommended,) = rest_predict(shop, bodies("shop")[1])["predictions"]
    assert sorted(recommended["item_ids"]) == ["296", "50", "527"]


def test_python_program_that_ranks(shop):
    *_, program = [block for block in blocks("python") if "load(" in block]
    names: dict = {}
    exec(program.replace('"saved_models/shop"', repr(str(shop.parent))), names)
    assert sorted(item for item, _ in names["ranked"][0]) == ["50", "527", "593"]
    assert {item for item, _ in names["recommended"][0]} < {"50", "527", "593"}


def test_command_that_adds_items(films, tmp_path, monkeypatch):
    (command,) = re.findall(r"^tfrec-dl (add-items .*)$", "".join(blocks("bash")), flags=re.MULTILINE)
    shutil.copytree(films.parent, tmp_path / "saved_models" / "films")
    (tmp_path / "new_films.csv").write_text(NEW_FILMS)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0, result.output
    (found,) = load("saved_models/films").recommend([["318"]], k=5)
    assert len({item for item, _ in found} & {"new-1", "new-2"}) >= 1


def test_model_config_of_the_rollback_parses():
    (text,) = [block for block in blocks("text") if "model_config_list" in block]
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert list(config.model_config_list.config[0].model_version_policy.specific.versions) == [1]


def test_tables_of_signatures_are_those_of_the_models(films_retrieval, ranker):
    # When a signature has changed: python -m docs.signature_tables
    assert with_tables(DOCUMENT, films_retrieval, ranker) == DOCUMENT


def test_tables_name_every_signature_with_every_input_and_output(movies, films, shop):
    # A ranker alone has a `serving_default` of its own, further down.
    lines = [line for line in reversed(DOCUMENT.splitlines()) if line.startswith("| `")]
    rows = {name: line for line in lines for name in re.findall("`(.*?)`", line.split(" | ")[0])}
    for version in (movies, films, shop):
        for signature, function in opened(version).signatures.items():
            _, inputs, outputs, _ = rows[signature].split(" | ")
            assert all(f"`{name}` " in inputs for name in function.structured_input_signature[1]), signature
            assert all(f"`{name}` " in outputs for name in function.structured_outputs), signature
