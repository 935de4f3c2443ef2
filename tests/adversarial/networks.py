"""Small networks with weights that are all different, and their outputs computed naively."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.model import RetrievalModel

ITEMS, UNTRAINED = 5, 2  # items with training interactions, and others
NO_DROPOUT = {"item_dropout": 0.0, "embedding_dropout": 0.0, "state_dropout": 0.0}
WINDOWS = {
    "history": tf.constant([[2, 3, 0], [5, 4, 6]]),
    "next_item": tf.constant([[3, 5, 0], [0, 6, 2]]),  # four targets; the position before the second is context
}
HISTORIES = {"history": tf.constant([[2, 3, 0, 0], [5, 4, 6, 2]])}


def network(seed: int = 0, items: int = ITEMS, untrained: int = UNTRAINED, **settings: object) -> RetrievalModel:
    """A convolutional model without dropout, unless the settings say so."""
    small = {
        "channels": 4,
        "dilations": (1,),
        "dimension": 3,
        "max_length": 4,
        "loss": "full_softmax",
        "dropout": 0.0,
        **NO_DROPOUT,
    }
    return _shaken("next_it_net", small | settings, seed, items, untrained)


def purchases(seed: int = 0, items: int = ITEMS, untrained: int = UNTRAINED, **settings: object) -> RetrievalModel:
    """An autoencoder without dropout and regularisation, unless the settings say so."""
    small = {"units": (3,), "max_length": 4, "item_dropout": 0.0, "state_dropout": 0.0, "regularization": 0.0}
    return _shaken("mult_dae", small | settings, seed, items, untrained)


def _shaken(name: str, settings: dict[str, object], seed: int, items: int, untrained: int) -> RetrievalModel:
    tf.keras.utils.set_random_seed(seed)
    model = build_model(RECIPES[name].with_settings(settings), vocabulary_of(item_ids(items + untrained), untrained))
    generator = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign_add(generator.normal(scale=0.5, size=variable.shape).astype(np.float32))
    return model


def targets_of(inputs: dict[str, tf.Tensor]) -> list[list[int]]:
    """The right answers of each query."""
    if "next_item" in inputs:
        return [[int(item)] for item in inputs["next_item"].numpy().ravel() if item]
    return [[int(item) for item in row if item] for row in inputs["history"].numpy()]


def queries_of(model: RetrievalModel, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
    """Query by query, as a recommender would be asked: differentiable, no dropout."""
    if "next_item" not in inputs:
        return model.query(inputs["history"])
    states = model.states(inputs["history"])
    places = [tuple(place) for place in np.argwhere(inputs["next_item"].numpy())]
    return tf.stack([states[place] for place in places])


def log_policy(model: RetrievalModel, inputs: dict[str, tf.Tensor], temperature: float = 1.0) -> tf.Tensor:
    """[Q, items] log probabilities of the items with training interactions."""
    vectors = model.item_vectors()[FIRST_ITEM : model.vocabulary.trained_size]
    return tf.nn.log_softmax(tf.linalg.matmul(queries_of(model, inputs), vectors, transpose_b=True) / temperature)


def gradient_of(
    gan: AdversarialModel, loss: Callable[[dict[str, tf.Tensor], tf.Tensor], tf.Tensor], inputs: dict[str, tf.Tensor]
) -> Callable[[tf.Tensor], np.ndarray]:
    """Seed -> gradient of a loss with respect to the generator's weights, as one vector."""
    variables = gan.generator.trainable_variables

    @tf.function
    def gradient(seed: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            value = loss(inputs, seed)
        return flat(tape.gradient(value, variables), variables)

    return lambda seed: gradient(tf.constant([7, seed], tf.int32)).numpy()


def flat(gradients: list, variables: list[tf.Variable]) -> tf.Tensor:
    """Gradients of several variables as one vector."""
    dense = [
        tf.zeros_like(variable) if gradient is None else tf.convert_to_tensor(gradient)
        for gradient, variable in zip(gradients, variables, strict=True)
    ]
    return tf.concat([tf.reshape(each, [-1]) for each in dense], axis=0)


def values(variables: list[tf.Variable]) -> list[np.ndarray]:
    """Copies of their values."""
    return [variable.numpy().copy() for variable in variables]


def moved(variables: list[tf.Variable], before: list[np.ndarray]) -> bool:
    """Whether any of them has another value than before."""
    return any((variable.numpy() != value).any() for variable, value in zip(variables, before, strict=True))
