"""Damaged files of a run's folder: one line that names the file, the field and its value. Nothing is trained."""

import json
import re

import pytest
import tensorflow as tf

from tfrec_dl.adversarial.outcome import read_outcome
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.fitted_features import load_fitted
from tfrec_dl.runs.run_files import read_metrics
from tfrec_dl.runs.size_check import sizes_checked

DEEP = "[" * 5_000 + "]" * 5_000


@pytest.fixture
def config():
    """A whole configuration."""
    return {
        "recipe": get_recipe("gru").to_dict(),
        "data": DataSource("table.csv").description(),
        "data_fingerprint": "0" * 64,
        "data_size": {"interactions": 9, "users": 3, "items": 4, "items_in_vocabulary": 4},
        "features": {},
        "versions": {"python": "3.11"},
    }


def refusal(folder, config) -> str:
    """The line that opening a run of this configuration ends in."""
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    with pytest.raises(InputError) as refused:
        Run.open(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("text", ["[]", "null", "3", '"x"', "", "{", DEEP, "\x00", "NaN"])
def test_configuration_that_is_none(tmp_path, text):
    assert str(tmp_path / "config.json") in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("data_fingerprint", 12, "'data_fingerprint' is 12"),
        ("data_fingerprint", "0" * 63, "'data_fingerprint' is '0"),
        ("data_size", [], "'data_size' is []"),
        ("data_size.items", "many", "'data_size.items' is 'many'"),
        ("data_size.items", -1, "'data_size.items' is -1"),
        ("versions", None, "'versions' is None"),
        ("plugins", "os", "'plugins' is 'os'"),
        ("features", {"items": {"rows": 1}}, "the field 'features.items.kinds' is missing"),
        ("data.min_count", 0, "'min_count' is 0"),
        ("data.min_count", [1], "'min_count' is [1]"),
        ("data.path", None, "'path' is None"),
        ("recipe.model.dimension", 1e30, "'model.dimension' is 1e+30"),
        ("recipe.model.dimension", -3, "'model.dimension' is -3"),
        ("recipe.model.name", [], "config.json"),
        ("recipe.model", 7, "'model' is 7"),
        ("recipe.training.max_length", 10**9, "'training.max_length' is 1000000000"),
        ("recipe.training.epochs", "x" * 999, "'training.epochs' is 'xxx"),
    ],
)
def test_field_of_the_configuration_is_named_with_its_value(tmp_path, config, path, value, said):
    *folders, leaf = path.split(".")
    level = config
    for folder in folders:
        level = level[folder]
    level[leaf] = value
    found = refusal(tmp_path, config)
    assert said in found
    assert f"{tmp_path / 'config.json'} is not a run's configuration" in found
    assert len(found) < 500


@pytest.mark.parametrize("name", ["recipe", "data", "data_fingerprint", "data_size", "versions"])
def test_missing_field_is_named(tmp_path, config, name):
    del config[name]
    assert f"the field {name!r} is missing" in refusal(tmp_path, config)


def test_metrics_are_numbers_and_a_missing_one_is_named(tmp_path):
    path = tmp_path / "metrics.json"
    for text, said in (
        ("[]", "it is []"),
        ('{"a": "0.5"}', "'a' is '0.5'"),
        ('{"a": null}', "'a' is None"),
        (DEEP, "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=f"{re.escape(str(path))} .*{re.escape(said)}"):
            read_metrics(path)
    path.write_text('{"test/ndcg@10": 1, "test/map@10": NaN}')
    metrics = read_metrics(path)
    assert metrics["test/ndcg@10"] == 1
    with pytest.raises(InputError, match=f"{re.escape(str(path))} lacks the field 'test/auc'"):
        metrics["test/auc"]


@pytest.mark.parametrize("text", ["[]", "null", "3", '{"items": 3}', '{"items": {"kinds": []}}', DEEP])
def test_other_files_of_a_run_are_named(tmp_path, text):
    for name, read in (("fitted_features.json", load_fitted), ("adversarial.json", read_outcome)):
        (tmp_path / name).write_text(text)
        if text == "null":
            text = "4"
        with pytest.raises(InputError, match=name) as refused:
            read(tmp_path)
        assert "\n" not in str(refused.value)
    (tmp_path / "vocabulary.txt").write_text(f"i1\t{'9' * 30}\n")
    with pytest.raises(InputError, match="line 1 of the vocabulary"):
        Vocabulary.load(tmp_path / "vocabulary.txt")


def test_catalogue_whose_description_is_damaged_is_named(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet

    for about in ("3", "[]", '{"version": 1}', '{"version": 1, "kinds": 4}', '{"version": 1, "kinds": {"a": "image"}}'):
        table = pa.table({"item_id": ["a"]}).replace_schema_metadata({"tfrec_dl.catalogue": about})
        pyarrow.parquet.write_table(table, tmp_path / "items.parquet")
        with pytest.raises(InputError, match="items.parquet"):
            Catalogue.load(tmp_path / "items.parquet")


@pytest.mark.parametrize("dimension", [10**7, 10**12])
def test_sizes_are_compared_with_the_checkpoint_before_anything_takes_memory(tmp_path, dimension):
    tf.train.Checkpoint(weights=tf.Variable(tf.zeros([20, 4]))).write(str(tmp_path / "checkpoints" / "best" / "ckpt-1"))
    settings = {"recipe.model.dimension": dimension, "recipe.training.epochs": 3}
    said = f"{tmp_path / 'config.json'}: recipe.model.dimension is {dimension}, .* than the 8. in the checkpoints"
    with pytest.raises(InputError, match=said), sizes_checked(tmp_path, settings):
        tf.keras.layers.Embedding(20, dimension)(tf.constant([[1]]))
    with sizes_checked(tmp_path, settings):
        tf.keras.layers.Embedding(20, 4)(tf.constant([[1]]))


def test_as_many_layers_as_a_damaged_number_says_are_not_built(tmp_path):
    settings = {"recipe.model.body.layers": 10**7}
    with pytest.raises(InputError, match="layers is 10000000"), sizes_checked(tmp_path, settings):
        for _ in range(10**7):
            tf.Variable([0.0], shape=[1])
