"""IRGAN's policy where it is no longer a distribution, and where it chooses among some of the items."""

import numpy as np
import pytest
import tensorflow as tf

from tests.adversarial.networks import HISTORIES, WINDOWS, log_policy, network, purchases
from tfrec_dl.adversarial.irgan import IRGAN
from tfrec_dl.adversarial.monitor import GANMonitor
from tfrec_dl.adversarial.settings import IRGANTraining


@pytest.mark.parametrize(("make", "inputs"), [(network, WINDOWS), (purchases, HISTORIES)], ids=["windows", "histories"])
def test_training_whose_generator_is_no_longer_finite_stops_with_the_reason(make, inputs):
    gan = IRGAN(make(0), make(1), IRGANTraining(samples=4))
    gan.generator.trainable_variables[0].assign(np.nan * gan.generator.trainable_variables[0])
    gan.compile(tf.keras.optimizers.Adam(1e-3), tf.keras.optimizers.Adam(1e-3))
    watch = GANMonitor({})
    gan.fit(tf.data.Dataset.from_tensors(inputs).repeat(), epochs=3, steps_per_epoch=1, callbacks=[watch], verbose=0)
    assert watch.reason.startswith("adversarial training has diverged: generator_loss is nan")
    assert gan.history.epoch == [0]


def test_entropy_over_some_items_is_in_the_mean_that_over_all():
    """Half as many as there are: the entropy of a choice among them would be lower by log 2 or so."""
    gan = IRGAN(network(0, items=400), network(1, items=400), IRGANTraining(choices=200))
    policy = log_policy(gan.generator, WINDOWS).numpy()
    estimates = [gan.policy(gan.generator, WINDOWS, tf.constant([3, seed]), False, 1.0).entropy() for seed in range(40)]
    expected = -(np.exp(policy) * policy).sum(axis=1)
    np.testing.assert_allclose(np.mean(estimates, axis=0), expected, atol=0.2)
