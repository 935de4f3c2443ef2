"""What heads share, and what they do not."""

import numpy as np
import pytest
import tensorflow as tf

from tests.ranking.networks import example, inputs, network
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.rankers import DCN, DIN, ConvNCF, DeepFM, Ranker, WideAndDeep
from tfrec_dl.ranking.sharing import MMoE, SharedBottom, SharedEmbeddings

HEADS = ("click", "conversion")
PLAIN = WideAndDeep(units=(6,), dropout=0.0)
SHARINGS = (SharedBottom(units=(3,)), SharedEmbeddings(), MMoE(experts=2, units=(3,)))
every_sharing = pytest.mark.parametrize("sharing", SHARINGS, ids=lambda sharing: sharing.name)


@every_sharing
@pytest.mark.parametrize("ranker", [WideAndDeep(), DCN(), DeepFM(), ConvNCF(), DIN()], ids=lambda ranker: ranker.name)
def test_every_ranker_serves_several_heads(sharing, ranker: Ranker):
    found = network(lambda fields: sharing.hidden(fields, ranker, HEADS))(example())
    assert tuple(found) == HEADS
    assert all(np.isfinite(found[head].numpy()).all() for head in HEADS)
    assert not np.allclose(found["click"], found["conversion"])


@every_sharing
def test_one_head_alone_works(sharing):
    found = network(lambda fields: sharing.hidden(fields, PLAIN, ("rating",)))(example())
    assert list(found) == ["rating"]


def moved_by(model: tf.keras.Model, head: str) -> set[int]:
    """Numbers of the weights that a loss of one head has a gradient for."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(example())[head])
    gradients = tape.gradient(loss, model.trainable_variables)
    return {number for number, gradient in enumerate(gradients) if gradient is not None}


@pytest.mark.parametrize(
    ("sharing", "common"),
    [(SharedBottom(units=(3,)), 2), (SharedEmbeddings(), 0), (MMoE(experts=3, units=(3,)), 3 * 2)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_weights_that_both_heads_train_are_the_ranker_s_where_it_is_shared(sharing, common):
    """Kernel and bias of the one hidden layer of each shared ranker."""
    model = network(lambda fields: sharing.hidden(fields, PLAIN, HEADS))
    click, conversion = moved_by(model, "click"), moved_by(model, "conversion")
    assert len(click & conversion) == common
    assert click | conversion == set(range(len(model.trainable_variables)))


def test_mixture_of_experts_is_their_mean_weighted_by_each_head_s_gate():
    model, fed = network(lambda fields: MMoE(experts=2, units=()).hidden(fields, PLAIN, HEADS)), example()
    found = {head: values.numpy() for head, values in model(fed).items()}
    dense = [layer for layer in model.layers if isinstance(layer, tf.keras.layers.Dense)]
    experts = [layer.get_weights() for layer in dense if layer.activation is tf.keras.activations.relu]
    gates = [layer.get_weights()[0] for layer in dense if layer.activation is tf.keras.activations.softmax]
    held = fed["mask"].numpy()[..., None]
    past = (fed["history"].numpy() * held).sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    joined = np.concatenate([*(fed[name].numpy() for name in ("user", "item", "feature_0", "feature_1")), past], axis=1)
    opinions = np.stack([np.maximum(0, joined @ kernel + bias) for kernel, bias in experts], axis=1)
    for head, gate in zip(HEADS, gates, strict=True):
        odds = np.exp(joined @ gate)
        mixture = np.einsum("re,red->rd", odds / odds.sum(axis=1, keepdims=True), opinions)
        np.testing.assert_allclose(found[head], mixture, rtol=1e-3, atol=1e-4)


def test_one_head_alone_reads_a_shared_bottom_directly():
    _, fields = inputs()
    hidden = SharedBottom(units=(3,)).hidden(fields, PLAIN, ("click",))
    assert hidden["click"].shape == (None, 6)


def test_mixture_of_one_expert_is_refused():
    with pytest.raises(InputError, match="experts"):
        MMoE(experts=1)
