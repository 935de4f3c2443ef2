"""Versions that come and go while a server runs."""

import gc
import shutil
import threading
import weakref

import numpy as np
import pytest

from tests.server.clients import serving
from tests.server.plain_model import save_plain_model
from tfrec_dl.errors import InputError
from tfrec_dl.server.model_configs import metrics_path, model_configs
from tfrec_dl.server.models import ModelSpec
from tfrec_dl.server.reload_config import reloader
from tfrec_dl.server.statuses import Code, RequestError
from tfrec_dl.serving.server_files import model_server_config
from tfrec_dl.serving.version_labels import label_versions


@pytest.fixture(scope="module")
def better(tmp_path_factory):
    """A second version, that adds 3."""
    folder = tmp_path_factory.mktemp("better") / "2"
    save_plain_model(folder, plus=3.0)
    return folder


@pytest.fixture
def dest(plain, tmp_path):
    return shutil.copytree(plain, tmp_path / "half")


def asked(client, path="/v1/models/half:predict"):
    answer = client.post(path, json={"instances": [2.0]})
    return answer.json()["predictions"][0] if answer.status_code == 200 else answer.status_code


def states(client):
    answer = client.get("/v1/models/half").json()
    return {each["version"]: each["state"] for each in answer["model_version_status"]}


def test_the_newest_version_is_taken_up_and_the_old_one_unloaded(dest, better):
    with serving(dest) as client:
        assert asked(client) == 3.0
        shutil.copytree(better, dest / "2")
        client.watcher.look()
        assert asked(client) == 4.0
        assert states(client) == {"1": "END", "2": "AVAILABLE"}
        assert asked(client, "/v1/models/half/versions/1:predict") == 404


def test_a_version_is_unloaded_after_its_last_request(dest, better):
    with serving(dest) as client:
        with client.models.use(ModelSpec("half")) as version:
            old = weakref.ref(version)
            shutil.copytree(better, dest / "2")
            client.watcher.look()
            shutil.rmtree(dest / "1")
            assert states(client)["1"] == "UNLOADING"
            assert asked(client) == 4.0
            assert version.run("", {"x": np.array(2, np.float32)})["y"] == 3.0
        del version
        gc.collect()
        assert states(client)["1"] == "END"
        assert old() is None


def test_a_version_that_is_still_being_copied_is_tried_again(dest, better):
    with serving(dest) as client:
        (dest / "2").mkdir()
        shutil.copy(better / "saved_model.pb", dest / "2")
        client.watcher.look()
        assert (asked(client), states(client)) == (3.0, {"1": "AVAILABLE", "2": "END"})
        status = client.get("/v1/models/half/versions/2").json()["model_version_status"][0]["status"]
        assert status["error_code"] == "UNKNOWN"
        assert status["error_message"]
        shutil.copytree(better, dest / "2", dirs_exist_ok=True)
        client.watcher.look()
        assert asked(client) == 4.0


def test_a_version_that_is_taken_away_falls_back_to_the_one_before(dest, better):
    shutil.copytree(better, dest / "2")
    with serving(dest) as client:
        assert asked(client) == 4.0
        shutil.rmtree(dest / "2")
        client.watcher.look()
        assert asked(client) == 3.0
        shutil.rmtree(dest / "1")
        client.watcher.look()
        assert asked(client) == 404


def test_labels_follow_models_config(dest, better):
    shutil.copytree(better, dest / "2")
    label_versions(dest, {"stable": 1, "canary": 2})
    stable, canary = ("/v1/models/half/labels/stable:predict", "/v1/models/half/labels/canary:predict")
    with serving(dest) as client:
        assert (asked(client, stable), asked(client, canary)) == (3.0, 4.0)
        label_versions(dest, {"stable": 2})
        client.watcher.look()
        assert (asked(client, stable), asked(client, canary)) == (4.0, 400)
        assert states(client) == {"1": "END", "2": "AVAILABLE"}
        (dest / "models.config").write_text("model_config_list {")
        client.watcher.look()  # what it said before holds
        assert asked(client, stable) == 4.0


def test_several_models_of_one_models_config(dest, better, tmp_path):
    shutil.copytree(better, tmp_path / "other" / "7")
    (tmp_path / "all.config").write_text(
        'model_config_list { config { name: "half" base_path: "/models/half" model_platform: "tensorflow" } '
        f'config {{ name: "more" base_path: "{tmp_path}/other" model_version_policy {{ all {{}} }} }} }}'
    )
    with serving(tmp_path / "all.config") as client:
        assert asked(client) == 404  # /models/half in a container is half beside the file's folder here
        assert asked(client, "/v1/models/more/versions/7:predict") == 4.0


def test_a_folder_of_exports_serves_them_all(dest, better, tmp_path):
    shutil.copytree(better, tmp_path / "other" / "7")
    (tmp_path / "notes").mkdir()
    with serving(tmp_path) as client:
        assert asked(client) == 3.0
        assert asked(client, "/v1/models/other:predict") == 4.0


def test_a_version_folder_is_served_under_its_models_name(dest):
    with serving(dest / "1") as client:
        assert asked(client, "/v1/models/half/versions/1:predict") == 3.0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "does not exist"),
        ("model_config_list { config {", "cannot be read"),
        ("", "names no model"),
        ('model_config_list { config { name: "a" } config { name: "a" } }', "uses a name twice"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path, text, line):
    file = tmp_path / "models.config"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InputError, match=line):
        model_configs(file)


def test_a_folder_without_versions_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no version folder"):
        model_configs(tmp_path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('prometheus_config { enable: true path: "/metrics" }', "/metrics"),
        ("prometheus_config { enable: true }", "/monitoring/prometheus/metrics"),
        ('prometheus_config { path: "/metrics" } # enable: true', None),
    ],
)
def test_metrics_are_where_monitoring_config_says(tmp_path, text, path):
    (tmp_path / "monitoring.config").write_text(text)
    assert metrics_path(tmp_path) == path


def test_requests_meanwhile_are_all_answered(dest, better):
    """Clients ask without a pause while versions come and go."""
    shutil.copytree(better, dest.parent / "spare")
    with serving(dest) as client:
        found, ended = [], threading.Event()

        def ask():
            while not ended.is_set():
                found.append(asked(client))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for version in (2, 3):
            shutil.copytree(better, dest / str(version))
            client.watcher.look()
            shutil.rmtree(dest / str(version - 1))
            client.watcher.look()
        ended.set()
        for thread in threads:
            thread.join()
    assert set(found) == {3.0, 4.0}


def test_another_configuration_is_served_on_request(dest, better):
    shutil.copytree(better, dest / "2")
    with serving(dest) as client:
        reload = reloader(client.watcher, client.models, dest)
        config = model_server_config()
        model = config.model_config_list.config.add(name="renamed", base_path=str(dest))
        model.model_version_policy.specific.versions.extend([1, 2])
        model.version_labels["old"] = 1
        reload(config)
        assert asked(client, "/v1/models/renamed:predict") == 4.0
        assert asked(client, "/v1/models/renamed/labels/old:predict") == 3.0
        assert asked(client) == 404
        client.watcher.look()  # the folder by itself would be served as before
        assert asked(client, "/v1/models/renamed/labels/old:predict") == 3.0


def test_a_configuration_whose_models_cannot_be_loaded_is_refused(dest, tmp_path):
    with serving(dest) as client:
        reload = reloader(client.watcher, client.models, dest)
        config = model_server_config()
        config.model_config_list.config.add(name="none", base_path=str(dest / "none"))
        with pytest.raises(RequestError, match="Some models did not become available") as refused:
            reload(config)
        assert refused.value.code == Code.UNKNOWN
        config.model_config_list.config[0].base_path = str(tmp_path)
        with pytest.raises(
            RequestError, match="is not in .*half: this server loads models only from the folder"
        ) as refused:
            reload(config)
        assert refused.value.code == Code.PERMISSION_DENIED
