"""Rankers against the papers' equations, written out."""

from itertools import combinations

import numpy as np
import pytest
import tensorflow as tf

from tests.ranking.networks import WIDTH, example, inputs, network
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.rankers import DCN, DIN, ConvNCF, DeepFM
from tfrec_dl.ranking.rankers.deep_fm import BiInteraction
from tfrec_dl.ranking.rankers.din import Interest


def vectors_of(fed: dict, row: int) -> np.ndarray:
    """User, item, both features and the mean of the past items of a row [5, K]."""
    past = fed["history"].numpy()[row][fed["mask"].numpy()[row]]
    fields = [fed[name].numpy()[row] for name in ("user", "item", "feature_0", "feature_1")]
    return np.stack([*fields, past.mean(axis=0) if len(past) else np.zeros(WIDTH)])


def test_cross_layers_are_equation_1():
    model, fed = network(DCN(cross_layers=2).representation), example()
    found = model(fed).numpy()
    crosses = [layer for layer in model.layers if "cross" in layer.name]
    for row in range(5):
        first = state = vectors_of(fed, row).ravel()
        for layer in crosses:
            kernel, bias = layer.get_weights()
            state = first * (state @ kernel + bias) + state
        np.testing.assert_allclose(found[row, : len(state)], state, rtol=1e-3, atol=1e-4)


def test_cross_layers_of_low_rank_have_fewer_weights():
    size = 5 * WIDTH
    model = network(DCN(cross_layers=1, projection=2).representation)
    (cross,) = [layer for layer in model.layers if "cross" in layer.name]
    assert cross.count_params() == size * 2 + 2 * size + size


def test_bi_interaction_is_the_sum_over_all_pairs_of_the_size_that_a_head_expects():
    fed = example()
    found = network(DeepFM(units=(32,), pair_weight=1).representation)(fed).numpy()
    glorot = np.sqrt(2 / (WIDTH + 32 + 1))  # the deviation of a head's first weights
    plain = network(DeepFM(units=(32,)).representation)(fed).numpy()
    for row in range(5):
        expected = sum(one * other for one, other in combinations(vectors_of(fed, row), 2))
        np.testing.assert_allclose(found[row, :WIDTH] * glorot, expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(plain[row, :WIDTH], expected, rtol=1e-4, atol=1e-4)


def test_bi_interaction_of_one_vector_alone_is_nothing():
    np.testing.assert_allclose(BiInteraction()(tf.constant([[[1.0, 2.0]]])), [[0, 0]], atol=1e-6)


def test_convolutions_go_over_the_outer_product_two_by_two():
    model, fed = network(ConvNCF(filters=3).representation, features=0), example(features=0)
    found = model(fed).numpy()
    convolutions = [layer.get_weights() for layer in model.layers if "conv2d" in layer.name]
    assert len(convolutions) == 2
    for row in range(5):
        past = fed["history"].numpy()[row][fed["mask"].numpy()[row]]
        user = fed["user"].numpy()[row] + (past.mean(axis=0) if len(past) else 0)
        maps = np.outer(user, fed["item"].numpy()[row])[..., None]
        for kernel, bias in convolutions:
            halved = np.zeros((len(maps) // 2, len(maps) // 2, 3))
            for i in range(len(halved)):
                for j in range(len(halved)):
                    block = maps[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    halved[i, j] = np.maximum(0, np.einsum("abc,abcd->d", block, kernel) + bias)
            maps = halved
        np.testing.assert_allclose(found[row], maps[0, 0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("width", [2, 6, 48])
def test_vectors_that_cannot_be_halved_to_one_are_refused(width):
    _, fields = inputs(width=width)
    with pytest.raises(InputError, match=f"width {width}.*power of two"):
        ConvNCF().representation(fields)


def test_interest_is_the_sum_of_past_items_weighted_by_the_activation_unit():
    fed = example()
    layer = Interest((3, 2))
    layer([fed["history"], fed["item"], fed["mask"]])  # builds it
    generator = np.random.default_rng(2)
    layer.set_weights([generator.normal(size=weights.shape) for weights in layer.get_weights()])
    of_past, of_candidate, of_product = layer.of_past, layer.of_candidate, layer.of_product
    found = layer([fed["history"], fed["item"], fed["mask"]]).numpy()

    def prelu(values: np.ndarray, activation: tf.keras.layers.Layer) -> np.ndarray:
        return np.where(values > 0, values, activation.get_weights()[0][0] * values)

    for row in range(5):
        expected = np.zeros(WIDTH)
        candidate = fed["item"].numpy()[row]
        for past in fed["history"].numpy()[row][fed["mask"].numpy()[row]]:
            kernel, bias = of_past.get_weights()
            hidden = past @ kernel + bias + candidate @ of_candidate.get_weights()[0]
            hidden = prelu(hidden + (past * candidate) @ of_product.get_weights()[0], layer.activations[0])
            kernel, bias = layer.hidden[0].get_weights()
            hidden = prelu(hidden @ kernel + bias, layer.activations[1])
            kernel, bias = layer.weight.get_weights()
            expected += (hidden @ kernel + bias) * past
        np.testing.assert_allclose(found[row], expected, rtol=1e-3, atol=1e-4)


def test_din_finds_the_past_item_that_is_like_the_candidate():
    """A candidate is liked by who met an item of its kind, among others; users and kinds are new in every row."""
    tf.keras.utils.set_random_seed(0)
    generator = np.random.default_rng(0)
    rows, length, width = 6_000, 4, 8
    history = generator.normal(size=(rows, length, width)).astype(np.float32)
    history /= np.linalg.norm(history, axis=2, keepdims=True)
    labels = generator.random(rows) < 0.5
    item = generator.normal(size=(rows, width)).astype(np.float32)
    item /= np.linalg.norm(item, axis=1, keepdims=True)
    item[labels] = history[labels, generator.integers(length, size=labels.sum())]
    named, fields = inputs(features=0, width=width)
    model = tf.keras.Model(named, tf.keras.layers.Dense(1)(DIN(dropout=0.0).representation(fields)))
    model.compile(tf.keras.optimizers.Adam(0.005), tf.keras.losses.BinaryCrossentropy(from_logits=True))
    fed = {"user": np.zeros_like(item), "item": item, "history": history, "mask": np.ones((rows, length), bool)}
    train, test = slice(0, 5_000), slice(5_000, rows)
    model.fit(
        {name: values[train] for name, values in fed.items()},
        labels[train].astype(np.float32),
        batch_size=100,
        epochs=15,
        verbose=0,
    )
    predicted = model.predict({name: values[test] for name, values in fed.items()}, verbose=0)[:, 0] > 0
    assert (predicted == labels[test]).mean() > 0.8
