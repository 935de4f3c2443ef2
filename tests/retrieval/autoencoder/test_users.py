"""An autoencoder with users' features learns to do without them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model

USERS = Catalogue(np.array(["ann", "bob"], object), {"age": "number"}, {"age": np.array([20, 60], np.float32)})


@pytest.mark.parametrize(("user_dropout", "hidden"), [(None, 0.2), (0.0, 0.0), (1.0, 1.0)])
def test_users_are_hidden_in_training_as_often_as_asked_for(user_dropout, hidden):
    tf.keras.utils.set_random_seed(0)
    settings = {"units": (3,), "item_dropout": 0.0, "state_dropout": 0.0}
    settings |= {} if user_dropout is None else {"user_dropout": user_dropout}
    model = build_model(RECIPES["mult_dae"].with_settings(settings), vocabulary_of(item_ids(6)), users=USERS)
    history = tf.fill([2_000, 1], 3)
    batch = {"history": history, "user_id": tf.fill([2_000], "bob")}
    queries = model.examples(batch, model.lookup(True), True).queries
    unknown = model.query(history[:1])  # of a user without features
    shares = np.isclose(queries, unknown, atol=1e-6).all(axis=1)
    assert shares.mean() == pytest.approx(hidden, abs=0.03)
    assert not np.isclose(model.examples(batch, model.lookup(False)).queries, unknown, atol=1e-6).all(axis=1).any()
