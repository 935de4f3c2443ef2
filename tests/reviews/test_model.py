"""The rating model: what it may read, what it learns from it, and what it says of pairs it knows little about."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.worded_reviews import told_by_own_words, told_by_words
from tfrec_dl.baselines.rating_bias import RatingBias
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import evaluate_ratings
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.losses.rating.cumulative_logit import CumulativeLogit
from tfrec_dl.losses.rating.squared_error import SquaredError
from tfrec_dl.reviews.deep_conn import DeepCoNN, build_deep_conn
from tfrec_dl.reviews.fit import RatingTraining, fit_ratings
from tfrec_dl.reviews.fit_biases import fit_biases
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.readers import ConcatenatedReviews, ReviewAttention
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import random_splits

CERTAIN = TextCNN(embedding=8, filters=8, token_dropout=0.0, dropout=0.0, min_count=1)
READERS = (ConcatenatedReviews(), ReviewAttention())
TRAINING = RatingTraining(epochs=8, batch_size=64, learning_rate=0.02, patience=8)


def built(reviews: Reviews, **settings) -> RatingModel:
    tf.keras.utils.set_random_seed(0)
    return build_deep_conn(DeepCoNN(**{"text": CERTAIN, "dropout": 0.0, **settings}), reviews)


def own_scores(model: RatingModel) -> np.ndarray:
    """What training sees for each training review."""
    users, items = tf.constant(model.documents.users), tf.constant(model.documents.items)
    return model.score(users, items, tf.zeros(len(users)), without_own=True, training=True).numpy()


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_a_pairs_own_review_has_no_part_in_its_training_prediction(reader, pooling):
    text = TextCNN(embedding=8, filters=8, token_dropout=0.0, dropout=0.0, min_count=1, pooling=pooling)
    reviews = told_by_own_words()
    repeated = np.append(np.arange(len(reviews)), 7)  # the pair of review 7 has two reviews
    model = built(reviews.select(repeated), reader=reader, text=text, output=SquaredError())
    for variable in model.scorer.trainable_variables:  # so that scores depend on text
        variable.assign(tf.random.stateless_normal(variable.shape, [1, 2]))
    before = own_scores(model)
    changed = np.array([[7], [len(reviews)]])
    model.tokens = tf.tensor_scatter_nd_update(model.tokens, changed, tf.gather(model.tokens, [3, 4]))
    after = own_scores(model)
    same_user, same_item = reviews.users == reviews.users[7], reviews.items == reviews.items[7]
    reads_it = np.append(same_user ^ same_item, False)
    assert np.array_equal(before[changed[:, 0]], after[changed[:, 0]])
    assert (np.abs(before - after)[reads_it] > 1e-4).mean() > (0.9 if pooling == "average" else 0.0)
    assert np.allclose(before[~reads_it], after[~reads_it], atol=1e-5)


def test_what_only_the_own_review_tells_is_not_learned(monkeypatch):
    split = random_splits(told_by_own_words(users=250, items=200, each=3), count=1)[0]
    honest = fit_ratings(built(split.train), split.validation, TRAINING, verbose=0).history["loss"]
    score = RatingModel.score
    monkeypatch.setattr(
        RatingModel,
        "score",
        lambda model, users, items, biases, without_own, training: score(model, users, items, biases, False, training),
    )
    leaking = fit_ratings(built(split.train), split.validation, TRAINING, verbose=0).history["loss"]
    assert honest[-1] > 0.6  # a fair coin's entropy is 0.69
    assert leaking[-1] < 0.45


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_words_of_other_reviews_tell_the_rating_where_biases_cannot(reader):
    split = told_by_words()
    baseline = RatingBias.tuned(split.train.rated(), split.validation.rated())
    assert evaluate_ratings(baseline, split.test).summary()["mse"] > 3.5
    model = built(split.train, reader=reader)
    history = fit_ratings(model, split.validation, TRAINING, verbose=0).history
    assert evaluate_ratings(model, split.test).summary()["mse"] < 2.0
    assert min(history["val_mse"]) == pytest.approx(evaluate_ratings(model, split.validation).summary()["mse"])


def test_without_text_the_model_is_the_bias_baseline():
    generator = np.random.default_rng(0)
    users, items = generator.integers(20, size=300), generator.integers(15, size=300)
    ratings = np.clip(np.round(3 + generator.normal(0, 0.7, 20)[users] + generator.normal(0, 0.7, 15)[items]), 1, 5)
    reviews = Reviews.from_frame(
        pd.DataFrame({"user_id": users, "item_id": items, "rating": ratings, "review": "some words"})
    )
    model = built(reviews, output=SquaredError(user_shrinkage=2.0, item_shrinkage=3.0))
    without_fold = fit_biases(model)
    pairs = [str(user) for user in range(20)], [str(item % 15) for item in range(20)]
    expected = RatingBias(reviews.rated(), 2.0, 3.0).predict_ratings(*pairs)
    assert model.predict_ratings(*pairs) == pytest.approx(expected, abs=5e-3)
    # In a fold of their own ratings lie farther from their biases.
    fitted = model.biases([model.documents.users, model.documents.items]).numpy()[:, 0]
    errors = [np.square(reviews.ratings - reviews.ratings.mean() - each).mean() for each in (without_fold, fitted)]
    assert errors[0] > 1.05 * errors[1]


def test_tables_predict_what_the_batch_does():
    reviews = told_by_own_words()
    for settings in ({}, {"reader": ReviewAttention()}, {"output": SquaredError()}):
        model = built(reviews, **settings)
        for variable in model.trainable_variables:
            variable.assign_add(0.1 * tf.random.stateless_normal(variable.shape, [1, 2]))
        users, items = reviews.user_ids[[0, 5, 9]], reviews.item_ids[[4, 2, 7]]
        documents = model.documents
        batch = {"user": documents.encode_users(users), "item": documents.encode_items(items)}
        by_batch = model({name: tf.constant(values) for name, values in batch.items()})
        assert model.predict_ratings(users, items) == pytest.approx(by_batch.numpy(), abs=1e-5)


def test_new_users_get_what_is_left_and_two_of_them_the_mean_rating():
    reviews = told_by_own_words()
    model = built(reviews)
    fit_biases(model)
    item = str(reviews.item_ids[0])
    one, both = model.predict_ratings(["nobody", "nobody"], [item, "nothing"])
    assert both == pytest.approx(reviews.ratings.mean(), abs=0.3)
    assert one != both
    assert model.predict_ratings(["someone else"], [item])[0] == one


def test_users_and_items_must_be_pairs():
    with pytest.raises(InputError, match="2 users and 1 items"):
        built(told_by_own_words()).predict_ratings(["a", "b"], ["c"])


def test_an_ordinal_output_refuses_ratings_of_one_level_or_of_very_many():
    ratings = np.arange(30, dtype=np.float32)
    with pytest.raises(InputError, match="30 distinct values"):
        CumulativeLogit().levels(ratings)
    with pytest.raises(InputError, match="1 distinct values"):
        CumulativeLogit().levels(ratings[:1])


@pytest.mark.parametrize("longest", [100_000, 0])
def test_reviews_may_be_very_long_or_empty(longest):
    reviews = told_by_own_words(users=10, items=9, each=4)
    reviews.texts[:5] = "splendid " * (longest // 9)
    if not longest:
        reviews.texts[:] = ""
    model = built(reviews)
    fit_ratings(model, reviews.without_texts(), RatingTraining(epochs=1), verbose=0)
    assert np.isfinite(model.predict_ratings(reviews.user_ids, reviews.item_ids[[0] * len(reviews.user_ids)])).all()


def test_a_filter_that_is_silent_at_first_does_not_drown_the_others():
    reviews = told_by_own_words(users=10, items=9, each=4)
    reviews.texts[:] = np.where(np.arange(len(reviews)) % 2, "cable", "strap")  # many a filter sees neither
    model = built(reviews, text=TextCNN(embedding=2, filters=64, token_dropout=0.0, dropout=0.0, min_count=1))
    for layer in model.text_encoder.layers:
        if isinstance(layer, tf.keras.layers.Conv1D):
            layer.bias.assign(layer.bias + 0.01)
    assert np.abs(model.text_encoder(model.tokens).numpy()).max() < 100
