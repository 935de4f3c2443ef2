"""An autoencoder over an item's users: what it trains on, how it scores users, what it refuses."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.autoencoder.columns import Columns, TrainingColumns
from tfrec_dl.retrieval.autoencoder.item_based import ItemBasedAutoencoder
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fitted_features import FittedTowers, load_fitted, save_fitted

ROWS = [[2, 3, 4], [], [3, 5], [2, 3]]  # the users a, b, c, d; b has nothing
USERS = np.array(list("abcd"), dtype=object)
PLAIN = {"reads": "users", "units": (3,), "max_length": 8, "item_dropout": 0.0, "state_dropout": 0.0}


@pytest.fixture(scope="module")
def histories() -> Histories:
    items = np.array([item for row in ROWS for item in row], dtype=np.int32)
    return Histories(items, np.cumsum([0, *map(len, ROWS)]), USERS)


def model_of(histories: Histories, **settings: object) -> ItemBasedAutoencoder:
    tf.keras.utils.set_random_seed(0)
    vocabulary = vocabulary_of(item_ids(5), 1)  # the last has no interactions
    columns = Columns.of(histories, vocabulary.size)
    recipe = RECIPES["mult_dae"].with_settings({**PLAIN, "regularization": 0.0, **settings})
    model = build_model(recipe, vocabulary, fitted=FittedTowers(columns=columns))
    for variable in model.trainable_variables:
        noise = np.random.default_rng(0).normal(scale=0.5, size=variable.shape)
        variable.assign_add(noise.astype(np.float32))
    return model


def test_a_batch_holds_the_users_of_items(histories):
    batches = TrainingColumns(histories, WindowConfig(max_length=8, batch_size=8))
    found = next(iter(batches.dataset()))["history"].numpy()
    a, c, d = FIRST_ITEM, FIRST_ITEM + 1, FIRST_ITEM + 2
    assert sorted(tuple(row[row > 0]) for row in found) == sorted([(a, d), (a, c, d), (a,), (c,)])


def test_popular_items_are_in_batches_with_any_others():
    """Sorted by length, as histories are, the most popular one would always meet the same few."""
    lengths = np.arange(2, 34)  # of 32 items; a user for each interaction's place
    items = np.concatenate([np.arange(FIRST_ITEM + 33 - count, FIRST_ITEM + 32) for count in lengths]).astype(np.int32)
    rows = Histories(items, np.cumsum([0, *(lengths - 1)]), np.arange(32).astype(str).astype(object))
    batches = TrainingColumns(rows, WindowConfig(max_length=40, batch_size=4))
    met: set[int] = set()
    for batch in batches.dataset().take(6 * batches.steps_per_epoch):
        found = np.count_nonzero(batch["history"].numpy(), axis=1)
        met |= set(found.tolist()) if found.max() == 32 else set()
    assert len(met) > 12


@pytest.mark.parametrize("reconstruction", ["multinomial", "gaussian"])
def test_scores_are_what_the_network_gives_for_each_item(histories, reconstruction):
    model = model_of(histories, reconstruction=reconstruction)
    scores = model.scorer().scores(histories)
    users = model.item_tower(tf.range(FIRST_ITEM, FIRST_ITEM + 3)).numpy()
    for item in range(FIRST_ITEM, FIRST_ITEM + 4):
        column = [FIRST_ITEM + "acd".index(user) for user, row in zip(USERS, ROWS, strict=True) if item in row]
        given = users @ model.query(tf.constant([column])).numpy()[0]
        if reconstruction == "multinomial":  # logs of expected numbers, which compare across items
            given += np.log(len(column)) - np.log(np.exp(given).sum())
        np.testing.assert_allclose(scores[[0, 2, 3], item], given, rtol=1e-4, atol=1e-5)
    assert (scores[[0, 2, 3], FIRST_ITEM + 4] < -50).all()


def test_a_user_that_was_not_trained_on_gets_the_popular_items(histories):
    stranger = Histories(np.array([5], np.int32), np.array([0, 1]), np.array(["z"], dtype=object))
    scores = model_of(histories).scorer().scores(stranger)[0]
    assert np.argsort(-scores[FIRST_ITEM:]).tolist()[0] == 1  # item 3 has three users


def test_gaussian_loss_is_the_weighted_squares(histories):
    model = model_of(histories, reconstruction="gaussian", unobserved=0.2)
    batch = {"history": tf.constant([[2, 3], [4, 0]])}
    given = model.query(batch["history"]).numpy() @ model.item_tower(tf.range(2, 5)).numpy().T
    real = np.array([[1, 1, 0], [0, 0, 1]])
    squares = np.where(real == 1, (1 - given) ** 2, 0.2 * given**2).sum(axis=1).mean()
    assert float(model.compute_loss(batch)) == pytest.approx(squares, rel=1e-4)


def test_columns_are_kept_with_a_run(histories, tmp_path):
    columns = Columns.of(histories, 7)
    save_fitted(FittedTowers(columns=columns), tmp_path)
    found = load_fitted(tmp_path).columns
    assert found.users.ids.tolist() == ["a", "c", "d"]
    np.testing.assert_array_equal(found.of_items.items, columns.of_items.items)
    np.testing.assert_array_equal(found.of_items.offsets, columns.of_items.offsets)
    (tmp_path / "columns.npz").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"columns\.npz"):
        load_fitted(tmp_path)


def test_an_export_is_refused_in_one_line(histories):
    with pytest.raises(InputError, match="reads=items") as refused:
        model_of(histories).serving_module()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["stacked", "irgan", "mult_dae"])
def test_refused_where_histories_are_asked_before_anything_is_read(name, source):
    parts = {
        "stacked": {"members": "mult_dae,gru"},
        "irgan": {"generator": "mult_dae", "discriminator": "mult_dae"},
        "mult_dae": {"counts": True},
    }
    recipe = RECIPES[name].with_settings({**parts[name], "reads": "users"})
    with pytest.raises(InputError, match="reads=items"):
        recipe.family.check(recipe, source)
