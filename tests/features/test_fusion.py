"""Several vectors become one of the width asked for."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.features.fusion import Concatenation, GatedSum

FUSIONS = (Concatenation(dropout=0.0), GatedSum())


def network(fusion, *widths: int) -> tf.keras.Model:
    inputs = [tf.keras.Input([width]) for width in widths]
    model = tf.keras.Model(inputs, fusion.fuse(inputs, 4))
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=weights.shape) for weights in model.get_weights()])
    return model


def vectors(*widths: int, rows: int = 6) -> list[np.ndarray]:
    generator = np.random.default_rng(1)
    return [generator.normal(size=(rows, width)).astype(np.float32) for width in widths]


@pytest.mark.parametrize("fusion", FUSIONS, ids=lambda fusion: fusion.name)
@pytest.mark.parametrize("widths", [(3,), (3, 5, 1)])
def test_every_vector_has_a_say_and_every_item_its_own(fusion, widths):
    model = network(fusion, *widths)
    given = vectors(*widths)
    found = model(given).numpy()
    assert found.shape == (6, 4)
    for part in range(len(widths)):
        changed = [values + (index == part) for index, values in enumerate(given)]
        changed[part][3:] = given[part][3:]
        other = model(changed).numpy()
        assert np.abs(other[:3] - found[:3]).max(axis=1).min() > 1e-4
        np.testing.assert_allclose(other[3:], found[3:], rtol=1e-5)


def test_concatenation_is_two_dense_layers_over_all_side_by_side():
    model = network(Concatenation(units=5, dropout=0.0), 3, 2)
    first, bias, last, last_bias = model.get_weights()
    given = vectors(3, 2)
    expected = np.maximum(np.concatenate(given, axis=1) @ first + bias, 0) @ last + last_bias
    np.testing.assert_allclose(model(given), expected, rtol=1e-4, atol=1e-5)


def test_gated_sum_weighs_the_experts_with_weights_that_sum_to_one():
    model = network(GatedSum(), 3, 5, 2)
    given = vectors(3, 5, 2)
    gates = tf.keras.Model(model.inputs, model.get_layer("gates").output)(given).numpy()
    np.testing.assert_allclose(gates.sum(axis=1), 1, rtol=1e-6)
    assert (gates > 0).all()
    assert np.ptp(gates, axis=0).min() > 0.01  # each item has its own
    dense = [layer for layer in model.layers if isinstance(layer, tf.keras.layers.Dense)]
    experts = {layer.kernel.shape[0]: layer for layer in dense if layer.activation is tf.keras.activations.tanh}
    opinions = np.stack([experts[values.shape[1]](values).numpy() for values in given], axis=1)
    mixed = (gates[:, :, None] * opinions).sum(axis=1)
    np.testing.assert_allclose(model(given), model.get_layer("content")(mixed), rtol=1e-4, atol=1e-5)


def test_gated_sum_of_one_vector_leaves_nothing_to_weigh():
    model = network(GatedSum(), 3)
    gates = tf.keras.Model(model.inputs, model.get_layer("gates").output)(vectors(3)[0]).numpy()
    np.testing.assert_array_equal(gates, 1)
