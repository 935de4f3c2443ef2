from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.any_request import answers_anything
from tests.serving.paths import EVERY_PATH
from tests.worded_reviews import told_by_own_words
from tfrec_dl import export
from tfrec_dl.errors import InputError
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.lifecycle.load import load
from tfrec_dl.reviews.deep_conn import DeepCoNN, build_deep_conn
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.readers import ReviewAttention
from tfrec_dl.reviews.serving import export_ratings, load_ratings
from tfrec_dl.reviews.serving_module import RatingModule
from tfrec_dl.serving.verify import verify_signatures


@pytest.fixture(scope="module")
def model() -> RatingModel:
    """With weights drawn at random, so that everything has a part in the ratings."""
    made = build_deep_conn(
        DeepCoNN(text=TextCNN(embedding=8, filters=8), reader=ReviewAttention()),
        told_by_own_words(users=10, items=9, each=4),
    )
    for variable in made.trainable_variables:
        variable.assign_add(0.05 * tf.random.stateless_normal(variable.shape, [1, 2]))
    return made


@pytest.fixture(scope="module")
def version(model, tmp_path_factory) -> Path:
    return export(model, tmp_path_factory.mktemp("exports") / "ratings")


@pytest.mark.process
def test_an_export_rates_as_the_model_does_new_users_included(model, version):
    assert version.parts[-2:] == ("ratings", "1")
    users = [*(f"user_{user}" for user in range(10)), "nobody", "user_1", "nobody"]
    items = [*(f"item_{item % 9}" for item in range(10)), "item_3", "nothing", ""]
    assert max(verify_signatures(RatingModule(model), version, EVERY_PATH).values()) <= 1e-5
    assert "`user_ids` string [B]" in (version / "assets.extra" / "model_card.md").read_text()
    loaded = load_ratings(version.parent)
    expected = model.predict_ratings(users, items)
    assert loaded.predict_ratings(users, items) == pytest.approx(expected, abs=1e-5)
    assert len(set(expected[:10])) > 5
    assert loaded.predict_ratings([], []).shape == (0,)


def test_the_export_needs_nothing_but_tensorflow_and_holds_no_text(model, version):
    loaded = tf.saved_model.load(str(version))
    answers_anything(RatingModule(model).signatures(), loaded.signatures)
    pair = {"user_ids": tf.constant(["user_0"]), "item_ids": tf.constant(["item_0"])}
    found = loaded.signatures["serving_default"](**pair)["ratings"].numpy()
    assert found == pytest.approx(model.predict_ratings(["user_0"], ["item_0"]), abs=1e-5)
    content = b"".join(path.read_bytes() for path in version.rglob("*") if path.is_file())
    assert b"user_0" in content
    assert b"splendid" not in content


def test_an_export_without_users_rates_everyone_as_a_new_user_and_holds_no_id_of_one(model, tmp_path):
    version = export(model.without_users(), tmp_path / "ratings")
    items = ["item_3", "item_5", "nothing"]
    found = load_ratings(version).predict_ratings(["user_0", "user_1", ""], items)
    assert found == pytest.approx(model.predict_ratings(["nobody"] * 3, items), abs=1e-5)
    content = b"".join(path.read_bytes() for path in version.rglob("*") if path.is_file())
    assert b"user_0" not in content
    with pytest.raises(InputError, match=r"predicts ratings: load it with tfrec_dl\.reviews\.load_ratings"):
        load(version)


def test_a_diverged_model_is_refused_before_a_folder_is_made(model, tmp_path):
    variable = model.user_tower.trainable_variables[0]
    before = variable.numpy()
    variable.assign(np.full_like(before, np.nan))
    try:
        with pytest.raises(InputError, match="NaN"):
            export_ratings(model, tmp_path / "ratings")
    finally:
        variable.assign(before)
    assert not (tmp_path / "ratings").exists()


def test_another_models_export_is_refused(tmp_path):
    module = tf.Module()
    module.double = tf.function(lambda value: 2 * value, input_signature=[tf.TensorSpec([], tf.float32)])
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"serving_default": module.double})
    with pytest.raises(InputError, match="not an export of a rating model"):
        load_ratings(tmp_path)
