"""What a training will take: by hand, against the variables it then has, and what is said where it is too much."""

import logging
import re
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval import memory_estimate as size_estimate
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model
from tfrec_dl.retrieval.memory_estimate import LOGITS, READ, SizeEstimate, estimate_size
from tfrec_dl.retrieval.memory_report import announce_size, readable, savings
from tfrec_dl.retrieval.model_shape import model_shape, shape_of

ITEMS = 300
SMALL = {"units": 8, "dimension": 8, "batch_size": 4, "max_length": 5}
SAMPLED = {"loss": "sampled_softmax", "negatives": 16}
VOCABULARY = vocabulary_of(item_ids(ITEMS))


def estimate(settings=SMALL, name="gru", **arguments) -> SizeEstimate:
    return estimate_size(RECIPES[name].with_settings(settings), VOCABULARY, **arguments)


def test_sizes_of_a_small_network_by_hand():
    found = estimate()
    gru, projection = 3 * (8 * 8 + 8 * 8 + 2 * 8), 8 * 8 + 8
    assert found.items == ITEMS
    assert found.rows == 302
    assert found.tables == 4 * 302 * 8
    assert found.biases == 4 * 302
    assert found.network == 4 * (gru + projection)
    weights = found.tables + found.biases + found.network
    assert found.slots == 2 * weights
    assert found.checkpoints == 2 * 3 * weights + weights
    texts = sum(map(len, VOCABULARY.ids))
    assert found.export == 4 * (302 * 8 + 302 + 302 + gru + projection) + texts  # vectors, biases, popularity
    assert found.memory == found.loaded + 3 * weights + found.step + found.evaluation


def test_adagrad_keeps_one_number_beside_each_weight_and_replicas_a_copy_each():
    adam, adagrad, on_two = estimate(), estimate(SMALL | {"optimizer": "adagrad"}), estimate(replicas=2)
    assert 2 * adagrad.slots == adam.slots
    assert on_two.slots + on_two.tables == 2 * (adam.slots + adam.tables)
    assert on_two.step == adam.step


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("gru", {"dimension": 8}),
        ("lstm", {"dimension": 8, "tied": False, "markov_order": 3, "optimizer": "adagrad"}),
        ("next_it_net", {"dimension": 8}),
        ("caser", {"own_rows": 50, "buckets": 20}),
        ("mult_dae", {"units": (12, 7)}),
    ],
)
def test_weights_and_slots_are_those_that_the_model_then_has(name, settings):
    found = estimate(settings, name)
    recipe = RECIPES[name].with_settings(settings)
    model = build_model(recipe, VOCABULARY)
    compile_model(model, recipe.training, steps_per_epoch=1)

    def size_of(variables) -> int:
        return sum(4 * int(np.prod(variable.shape)) for variable in variables)

    assert found.tables + found.biases + found.network == size_of(model.trainable_variables)
    assert shape_of(model, recipe) == model_shape(recipe, VOCABULARY)
    others = ("iteration", "learning_rate")
    slots = [each for each in model.optimizer.variables if not any(other in each.name for other in others)]
    assert found.slots == size_of(slots)
    tables = [each for each in model.trainable_variables if each.shape.rank > 1 and each.shape[0] == found.rows]
    assert found.tables + found.biases >= size_of(tables) > 0


def test_a_step_grows_with_candidates_and_targets():
    positions = 4 * 5
    few, more = estimate(SMALL | SAMPLED), estimate(SMALL | SAMPLED | {"negatives": 116})
    assert more.step - few.step == 4 * (LOGITS * positions * 100 + READ * 100 * 9)
    full, mixed = estimate(), estimate(SMALL | SAMPLED | {"loss": "mixed_softmax"})
    assert full.step - few.step == 4 * (LOGITS * positions + READ * 9) * (302 - 16)
    assert mixed.step - few.step == 4 * LOGITS * positions * positions
    bounded = estimate(SMALL | SAMPLED, targets=7)
    assert few.step - bounded.step == 4 * (positions - 7) * (LOGITS * 16 + READ * 9)


def test_estimating_leaves_the_names_of_the_model_as_they_are():
    recipe = RECIPES["gru"].with_settings(SMALL)
    tf.keras.backend.clear_session()
    names = [variable.name for variable in build_model(recipe, VOCABULARY).trainable_variables]
    tf.keras.backend.clear_session()
    estimate()
    assert [variable.name for variable in build_model(recipe, VOCABULARY).trainable_variables] == names


def test_hybrid_tables_hold_the_trained_items_and_content_none():
    hybrid = estimate_size(
        RECIPES["gru"].with_settings(SMALL | {"kind": "hybrid"}), vocabulary_of(item_ids(ITEMS), untrained=100)
    )
    assert hybrid.rows == 202
    assert estimate(SMALL | {"kind": "content"}).tables == 0


def test_training_that_fits_is_announced_without_a_warning(tmp_path, caplog):
    caplog.set_level(logging.INFO, "tfrec_dl")
    found = announce_size(RECIPES["gru"].with_settings(SMALL), VOCABULARY, tmp_path / "run")
    assert found.fits
    assert caplog.records[0].getMessage().startswith(f"memory: about {readable(found.memory)}")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_training_that_does_not_fit_is_told_what_to_change(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(size_estimate, "available_memory", lambda: 1_000)
    monkeypatch.setattr(size_estimate, "used_memory", lambda: 0)
    counts = np.where(np.arange(200_000) < 50_000, 9, 1)
    vocabulary = replace(vocabulary_of(item_ids(200_000)), counts=counts)
    recipe = RECIPES["gru"].with_settings(SMALL | {"loss": "full_softmax"})
    found = announce_size(recipe, vocabulary, tmp_path / "run")
    assert not found.fits
    message = caplog.records[-1].getMessage()
    assert message.startswith(f"this training needs about {readable(found.memory)} of memory, but only 0 MiB are")
    changes = savings(recipe, vocabulary)
    for change in ("optimizer=adagrad", "hashing.own_rows=20000", "dimension=4", "loss=sampled_softmax"):
        assert f"--set {change}: {readable(changes[f'--set {change}'])}" in message
        assert recipe.with_settings(dict([change.split("=")])) != recipe
    assert "--min-count 5 (50,000 items): " in message
    assert re.search(r"all of these: [\d.]+ .iB\.$", message)
    assert changes["all of these"] < min(size for change, size in changes.items() if change != "all of these")
    assert all(size < found.memory for size in changes.values())


def test_disk_too_small_for_the_checkpoints_is_refused_before_training(tmp_path, monkeypatch):
    recipe = RECIPES["gru"].with_settings(SMALL)
    needed = estimate_size(recipe, VOCABULARY).checkpoints
    monkeypatch.setattr("tfrec_dl.retrieval.memory_report.free_bytes", lambda folder: needed - 1_500_000)
    with pytest.raises(InputError, match="free 2 MB and run the same command again") as refused:
        announce_size(recipe, VOCABULARY, tmp_path / "run")
    assert "\n" not in str(refused.value)
    assert str(tmp_path / "run") in str(refused.value)
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "ckpt-1").write_bytes(bytes(1_500_000))  # a run that goes on has that room
    announce_size(recipe, VOCABULARY, tmp_path / "run")
