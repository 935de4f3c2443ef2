"""What heads start from, learn and predict."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.losses.rating.cumulative_logit import CumulativeLogit
from tfrec_dl.ranking.objectives import OBJECTIVES, Click, Conversion, FittedObjective, Rating

CLICKS = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1, 1], dtype=np.float32)
CONVERSIONS = np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
LABELS = {"click": np.tile(CLICKS, 1_000), "conversion": np.tile(CONVERSIONS, 1_000)}
ROWS = len(CLICKS)


def fed(**logits: np.ndarray | list) -> tuple:
    """Outputs, labels, lists and weights of ten rows."""
    outputs = {name: tf.constant(values, tf.float32)[:, None] for name, values in logits.items()}
    labels = {"click": tf.constant(CLICKS), "conversion": tf.constant(CONVERSIONS)}
    return outputs, labels, tf.zeros([ROWS], tf.int32), tf.ones([ROWS])


def expected(objective: FittedObjective, outputs: tf.Tensor) -> tf.Tensor:
    return objective.expected(outputs, tf.range(len(outputs)))


def at_zero(objective: FittedObjective) -> tf.Tensor:
    score = tf.keras.Input([1])
    return expected(objective, tf.keras.Model(score, objective.outputs(score))(tf.zeros([1, 1])))


def test_score_of_zero_is_the_click_rate_and_the_conversion_rate_of_the_clicks():
    assert float(at_zero(FittedObjective.of(Click(), LABELS))[0]) == pytest.approx(0.4, abs=1e-3)
    assert float(at_zero(FittedObjective.of(Conversion(), LABELS))[0]) == pytest.approx(0.25, abs=1e-3)


def test_conversions_on_impressions_are_compared_with_the_product_of_the_probabilities():
    generator = np.random.default_rng(0)
    click, conversion = generator.normal(size=(2, ROWS))
    found = FittedObjective.of(Conversion(), LABELS).loss(*fed(click=click, conversion=conversion))
    product = 1 / (1 + np.exp(-click)) / (1 + np.exp(-conversion))
    expected = -np.where(CONVERSIONS == 1, np.log(product), np.log(1 - product))
    assert float(found) == pytest.approx(expected.mean(), rel=1e-5)


def test_conversions_on_clicks_ask_nothing_of_the_other_rows():
    generator = np.random.default_rng(0)
    click, conversion = generator.normal(size=(2, ROWS))
    objective = FittedObjective.of(Conversion(trained_on="clicks"), LABELS)
    probability = 1 / (1 + np.exp(-conversion))
    expected = -np.where(CONVERSIONS == 1, np.log(probability), np.log(1 - probability))[CLICKS == 1].sum() / ROWS
    assert float(objective.loss(*fed(click=click, conversion=conversion))) == pytest.approx(expected, rel=1e-5)
    elsewhere = np.where(CLICKS == 1, conversion, 50)
    assert float(objective.loss(*fed(click=-click, conversion=elsewhere))) == pytest.approx(expected, rel=1e-5)


def test_esmm_trains_the_click_head_and_rows_without_clicks_as_well():
    outputs, *others = fed(click=[0.0] * ROWS, conversion=[0.0] * ROWS)
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        loss = FittedObjective.of(Conversion(), LABELS).loss(outputs, *others)
    gradients = tape.gradient(loss, outputs)
    assert (np.abs(gradients["click"]) > 1e-3).all()
    assert (np.abs(gradients["conversion"]) > 1e-3).all()


@pytest.mark.parametrize("config", [Click(), Conversion(), Conversion(trained_on="clicks")])
def test_row_counts_as_often_as_its_weight_says(config):
    outputs, labels, lists, weights = fed(click=list(range(ROWS)), conversion=list(range(ROWS)))
    objective = FittedObjective.of(config, LABELS)
    weighted = objective.loss(outputs, labels, lists, tf.tensor_scatter_nd_update(weights, [[0]], [3.0]))
    rows = [0, 0, *range(ROWS)]
    outputs, labels = ({name: tf.gather(values, rows) for name, values in each.items()} for each in (outputs, labels))
    repeated = objective.loss(outputs, labels, tf.zeros([ROWS + 2], tf.int32), tf.ones([ROWS + 2]))
    assert float(weighted) * ROWS == pytest.approx(float(repeated) * (ROWS + 2), rel=1e-5)


RATINGS = np.array([1, 2, 2, 4, 4, 4, 5, 5], dtype=np.float32)


def test_squared_errors_of_ratings_and_their_range():
    objective = FittedObjective.of(Rating(), {"rating": RATINGS})
    assert float(at_zero(objective)[0]) == pytest.approx(RATINGS.mean())
    np.testing.assert_array_equal(expected(objective, tf.constant([[9.0], [-3.0], [3.5]])), [5, 1, 3.5])
    outputs, labels = {"rating": tf.constant([[3.0], [5.0]])}, {"rating": tf.constant([1.0, 4.0])}
    loss = objective.loss(outputs, labels, tf.constant([0, 1]), tf.constant([1.0, 4.0]))
    assert float(loss) == pytest.approx((1 * 4 / 2 + 4 * 1 / 2) / 2)


def test_ordinal_ratings_start_at_their_shares_and_cost_the_log_of_their_level_s_probability():
    objective = FittedObjective.of(Rating(output=CumulativeLogit()), {"rating": RATINGS})
    score = tf.keras.Input([1])
    outputs = tf.keras.Model(score, objective.outputs(score, RATINGS))(tf.zeros([3, 1]))
    np.testing.assert_allclose(outputs[0], [1 / 8, 2 / 8, 3 / 8, 2 / 8], rtol=1e-4)
    assert float(expected(objective, outputs)[0]) == pytest.approx(RATINGS.mean(), rel=1e-4)
    # A rating beyond those of the training is taken for the next of them.
    labels = {"rating": tf.constant([1.0, 4.0, 5.5])}
    loss = objective.loss({"rating": outputs}, labels, tf.range(3), tf.ones([3]))
    assert float(loss) == pytest.approx(-np.log([1 / 8, 3 / 8, 2 / 8]).mean(), rel=1e-4)


def test_ordinal_ratings_built_without_examples_are_ready_for_their_weights():
    built = [FittedObjective.of(Rating(output=CumulativeLogit()), {"rating": RATINGS}) for _ in range(2)]
    models = []
    for objective, examples in zip(built, (RATINGS, None), strict=True):
        score = tf.keras.Input([1])
        models.append(tf.keras.Model(score, objective.outputs(score, examples)))
    assert np.isfinite(models[1](tf.zeros([1, 1])).numpy()).all()
    models[1].set_weights(models[0].get_weights())
    np.testing.assert_allclose(models[1](tf.ones([1, 1])), models[0](tf.ones([1, 1])), rtol=1e-5)


def test_ordinal_rating_of_one_level_is_refused():
    with pytest.raises(InputError, match="1 distinct"):
        FittedObjective.of(Rating(output=CumulativeLogit()), {"rating": np.ones(4, np.float32)})


def test_objectives_come_back_from_json_by_label_and_name():
    for config in (Click(listwise=0.5), Conversion(trained_on="clicks"), Rating(output=CumulativeLogit())):
        (registry,) = (each for each in OBJECTIVES.values() if config.name in each)
        assert registry.make(json.loads(json.dumps(registry.plain(config)))) == config


def test_objective_of_one_label_is_none_of_another():
    with pytest.raises(InputError, match="no click objective is called 'conversion'"):
        OBJECTIVES["click"].make("conversion")
