"""Labels of versions in models.config."""

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from tfrec_dl.errors import InputError
from tfrec_dl.serving.version_labels import label_versions


@pytest.fixture
def dest(tmp_path):
    for version in (1, 2, 3):
        (tmp_path / "gru" / str(version)).mkdir(parents=True)
    return tmp_path / "gru"


def models(dest):
    text = (dest / "models.config").read_text(encoding="utf-8")
    return text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config


def test_labelled_versions_are_served_and_others_are_not(dest):
    assert label_versions(dest, {"stable": 1, "canary": 3}) == dest / "models.config"
    (model,) = models(dest)
    assert list(model.model_version_policy.specific.versions) == [1, 3]
    assert dict(model.version_labels) == {"stable": 1, "canary": 3}
    assert (model.name, model.base_path, model.model_platform) == ("gru", "/models/gru", "tensorflow")


def test_labels_are_moved_and_taken_away(dest):
    label_versions(dest, {"stable": 1, "canary": 3})
    label_versions(str(dest), {"stable": 3, "canary": 3})
    assert list(models(dest)[0].model_version_policy.specific.versions) == [3]
    label_versions(dest, {})
    assert not models(dest)[0].HasField("model_version_policy")
    assert not models(dest)[0].version_labels


def test_what_the_file_says_of_other_things_stays(dest):
    config = model_server_config_pb2.ModelServerConfig()
    config.model_config_list.config.add(name="other", base_path="/models/other", version_labels={"stable": 9})
    config.model_config_list.config.add(name="films", base_path="s3://bucket/gru")
    (dest / "models.config").write_text(str(config))
    label_versions(dest, {"stable": 2})
    first, second = models(dest)
    assert first == config.model_config_list.config[0]
    assert (second.name, second.base_path, dict(second.version_labels)) == ("films", "s3://bucket/gru", {"stable": 2})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"stable": 4}, "label stable is for version 4, but .* holds 1, 2, 3: name one of those"),
        ({"a/b": 1}, "'a/b' is not a valid label"),
        ({"": 1}, "'' is not a valid label"),
    ],
)
def test_what_cannot_be_served_is_refused_and_nothing_is_written(dest, labels, message):
    with pytest.raises(InputError, match=message):
        label_versions(dest, {"canary": 1, **labels})
    assert not (dest / "models.config").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model_config_list {", "cannot be read .*: correct it, or delete it"),
        ('model_config_list { config { name: "x" } }', "has no model 'gru', but x: add it"),
        ("", "has no model 'gru', but none"),
    ],
)
def test_a_file_that_cannot_be_changed_stays_as_it_is(dest, text, message):
    (dest / "models.config").write_text(text)
    with pytest.raises(InputError, match=message) as refused:
        label_versions(dest, {"stable": 1})
    assert "\n" not in str(refused.value)
    assert (dest / "models.config").read_text() == text


def test_a_folder_without_versions_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds none"):
        label_versions(tmp_path / "nothing", {"stable": 1})
