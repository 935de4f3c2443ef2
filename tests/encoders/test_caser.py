"""Caser in one pass against the paper's network, window by window."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.encoders import Caser

LENGTH, WIDTH = 9, 4


def model_of(body: Caser) -> tf.keras.Model:
    tf.keras.utils.set_random_seed(5)
    embedded = tf.keras.Input([None, WIDTH])
    model = tf.keras.Model(embedded, body.states(embedded))
    generator = np.random.default_rng(5)
    for variable in model.trainable_variables:  # biases too
        variable.assign(generator.normal(size=variable.shape).astype(np.float32))
    return model


def relu(values):
    return np.maximum(values, 0)


def caser_of_one_window(items: np.ndarray, body: Caser, model: tf.keras.Model) -> np.ndarray:
    """Equations 4 to 8 of the paper for a window [L, d] of item vectors: z = relu(W [o; õ] + b)."""
    features: list = []
    for height in range(1, body.window + 1):
        kernel, bias = (weight.numpy() for weight in model.get_layer(f"horizontal_{height}").weights)
        slides = [items[start : start + height] for start in range(body.window - height + 1)]
        convolved = [
            [relu((slide * kernel[:, :, number]).sum() + bias[number]) for slide in slides]
            for number in range(body.horizontal_filters)
        ]
        features.append([max(values) for values in convolved])
    vertical = model.get_layer("vertical").kernel.numpy()[:, 0, 0]
    sums = [
        sum(vertical[step, number] * items[step] for step in range(body.window))
        for number in range(body.vertical_filters)
    ]
    # The paper leaves the order of the fully connected layer's inputs open: here component by component.
    features.append(np.stack(sums, axis=1).ravel())
    kernel, bias = (weight.numpy() for weight in model.get_layer("fully_connected").weights)
    return relu(np.concatenate(features) @ kernel + bias)


@pytest.mark.parametrize(
    "body",
    [
        Caser(window=5, horizontal_filters=3, vertical_filters=2, units=7),
        Caser(window=1, horizontal_filters=2, vertical_filters=1, units=5),
        Caser(window=LENGTH + 3, horizontal_filters=1, vertical_filters=1, units=5),
    ],
    ids=["window 5", "window 1", "window longer than the history"],
)
def test_all_windows_in_one_pass_equal_the_network_window_by_window(body):
    model = model_of(body)
    embedded = np.random.default_rng(6).normal(size=(2, LENGTH, WIDTH)).astype(np.float32)
    states = model(embedded, training=False).numpy()[..., : body.units]
    for row in range(2):
        for position in range(LENGTH):
            history = embedded[row, : position + 1][-body.window :]
            window = np.zeros((body.window, WIDTH))
            window[body.window - len(history) :] = history
            expected = caser_of_one_window(window, body, model)
            np.testing.assert_allclose(states[row, position], expected, rtol=1e-4, atol=1e-5)


def test_user_beside_the_windows_is_the_mean_of_the_items_so_far():
    body = Caser(window=2, horizontal_filters=1, vertical_filters=1, units=3)
    embedded = np.random.default_rng(7).normal(size=(2, LENGTH, WIDTH)).astype(np.float32)
    states = model_of(body)(embedded, training=False).numpy()
    assert states.shape[-1] == body.units + WIDTH
    for position in range(LENGTH):
        expected = embedded[:, : position + 1].mean(axis=1)
        np.testing.assert_allclose(states[:, position, body.units :], expected, rtol=1e-5, atol=1e-6)
