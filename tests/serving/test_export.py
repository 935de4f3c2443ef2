import json
import os
import stat
import threading
from pathlib import Path

import pytest
import tensorflow as tf

from tests.serving.stand_in import chain_model, random_model
from tfrec_dl.errors import InputError
from tfrec_dl.serving import publishing
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.unfinished import unfinished_folder
from tfrec_dl.serving.versions import LAST_VERSION, OvertakenError, publish


def bytes_of(version: Path) -> int:
    return sum(path.stat().st_size for path in version.rglob("*") if path.is_file())


def stored_values(version: Path) -> int:
    variables = tf.train.list_variables(str(version / "variables" / "variables"))
    return sum(int(tf.TensorShape(shape).num_elements()) for name, shape in variables if "CHECKPOINTABLE" not in name)


def test_version_folder_holds_what_tf_serving_and_a_reader_need(version):
    files = {str(path.relative_to(version.parent)) for path in version.parent.rglob("*") if path.is_file()}
    assert files >= {
        "1/saved_model.pb",
        "1/variables/variables.index",
        "1/assets.extra/tf_serving_warmup_requests",
        "1/assets.extra/model_card.md",
        "1/assets.extra/model_card.json",
        "models.config",
        "batching_parameters.txt",
    }
    assert not [path for path in version.parent.iterdir() if path.name.startswith(".tmp")]


def test_next_export_takes_the_next_free_version(tmp_path):
    model = chain_model()
    (tmp_path / "7").mkdir()
    (tmp_path / "notes").mkdir()
    assert export_saved_model(model, tmp_path) == tmp_path / "8"
    assert export_saved_model(model, str(tmp_path)) == tmp_path / "9"


def test_racing_publishers_take_different_versions(tmp_path):
    folders = [tmp_path / f"unfinished-{number}" for number in range(16)]
    for folder in folders:
        folder.mkdir()
    for number, folder in enumerate(folders):
        (folder / "owner").write_text(str(number))
    barrier = threading.Barrier(len(folders))

    def race(folder: Path) -> None:
        barrier.wait()
        publish(folder, tmp_path)

    threads = [threading.Thread(target=race, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(path.name) for path in tmp_path.iterdir()) == list(range(1, 17))
    assert sorted(int((path / "owner").read_text()) for path in tmp_path.iterdir()) == list(range(16))


def test_interrupted_export_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "write_warm_up", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_saved_model(chain_model(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unfinished_folder_is_no_version_to_tf_serving_and_gone_at_the_end(tmp_path):
    with unfinished_folder(tmp_path) as folder:
        assert not folder.name.lstrip("+-").isdigit()
    assert not list(tmp_path.iterdir())


def test_next_export_removes_what_dead_processes_left_and_not_what_a_running_one_has(tmp_path, caplog):
    left = tmp_path / f".tmp-{'0a' * 16}"
    users_own = tmp_path / ".tmp-notes"
    for folder in (left, users_own):
        (folder / "variables").mkdir(parents=True)
    with unfinished_folder(tmp_path) as running, unfinished_folder(tmp_path):
        assert running.is_dir()
        assert not left.exists()
        assert users_own.is_dir()
    assert [record.getMessage() for record in caplog.records] == [
        f"removed {left}, which was left behind when an export or add-items was killed."
    ]


def test_version_made_from_another_is_not_published_once_there_is_a_newer_one(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "unfinished").mkdir()
    with pytest.raises(OvertakenError, match="version 2 was published while version 1 was read"):
        publish(tmp_path / "unfinished", tmp_path, after=1)
    assert publish(tmp_path / "unfinished", tmp_path, after=2) == tmp_path / "3"


def test_numbers_that_tf_serving_cannot_read_are_no_versions(tmp_path):
    for name in (10**26 - 1, "9" * 200, 4):
        (tmp_path / str(name)).mkdir()
    (tmp_path / "unfinished").mkdir()
    assert publish(tmp_path / "unfinished", tmp_path) == tmp_path / "5"
    (tmp_path / str(LAST_VERSION)).mkdir()
    with pytest.raises(InputError, match=f"holds version {LAST_VERSION}, the last"):
        publish(tmp_path / "unfinished", tmp_path)


def test_version_folder_is_readable_by_the_servers_user(version):
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(version.stat().st_mode) == 0o777 & ~umask


@pytest.mark.parametrize("dest", ["file", "file/below"])
def test_file_in_place_of_the_folder_is_refused(tmp_path, dest):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(InputError, match="cannot export to .*folder") as refused:
        export_saved_model(chain_model(), tmp_path / dest)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "file").read_text() == "precious"


def test_folder_that_cannot_be_written_is_refused():
    with pytest.raises(InputError, match="cannot export to /proc/none"):
        export_saved_model(chain_model(), "/proc/none")


def test_bad_model_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="k_max"):
        export_saved_model(chain_model(), tmp_path / "new", k_max=0)
    assert not (tmp_path / "new").exists()


def test_edited_server_files_are_kept(tmp_path):
    (tmp_path / "models.config").write_text("pinned")
    export_saved_model(chain_model(), tmp_path)
    assert (tmp_path / "models.config").read_text() == "pinned"
    assert (tmp_path / "batching_parameters.txt").exists()


def test_nine_thousand_tied_items_of_width_33_are_stored_once_beside_a_graph_of_a_megabyte_and_a_half(tmp_path):
    version = export_saved_model(random_model(9_000, 33, tied=True), tmp_path)
    assert bytes_of(version) < 3_000_000  # the vectors take 1.2 million


@pytest.mark.parametrize(("tied", "tables"), [(True, 4), (False, 9)])
def test_only_what_a_query_needs_is_stored_and_only_once(tmp_path, tied, tables):
    version = export_saved_model(random_model(100, 5, tied), tmp_path)
    popularity, norms, bias = 102, 102, 102 if tied else 0
    no_attributes, version_id = 9, 1  # whatever the number of items
    assert stored_values(version) == tables * 102 + bias + popularity + norms + no_attributes + version_id


def test_card_of_the_export_holds_the_figures_given(tmp_path):
    card = ModelCard(name="chain", data="6 letters", metrics={"test/ndcg@10": 0.5})
    version = export_saved_model(chain_model(), tmp_path, k_max=3, card=card)
    stored = json.loads((version / "assets.extra" / "model_card.json").read_text(encoding="utf-8"))
    assert (stored["name"], stored["data"], stored["metrics"]) == ("chain", "6 letters", {"test/ndcg@10": 0.5})
    assert stored["model"]["items"] == 6
    assert stored["model"]["longest list of recommendations"] == 3


def test_card_without_metrics_says_so(version):
    text = (version / "assets.extra" / "model_card.md").read_text(encoding="utf-8")
    assert "## Metrics\n\nUnknown: the model was exported without an evaluation." in text
