"""`fit`: the schedule, weight decay, early stopping and the weights that are left."""

import numpy as np
import pytest
import tensorflow as tf

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import TrainingConfig
from tfrec_dl.retrieval.fit import compile_model, fit, training_batches

TINY = {"units": 8, "dimension": 8, "max_length": 12, "batch_size": 16, "learning_rate": 0.02, "dropout": 0.0}


@pytest.fixture(scope="module")
def split() -> Split:
    return leave_last_out(Interactions.from_frame(cyclic_interactions(users=40, items=15, length=8)))


class SpoilsLaterEpochs(tf.keras.callbacks.Callback):
    """Silences the encoder from the third epoch on, and notes the weights and figures of every epoch."""

    def __init__(self):
        super().__init__()
        self.weights, self.figures = [], []

    def on_train_batch_end(self, batch, logs=None):
        if len(self.weights) >= 2:
            projection = self.model.encoder.get_layer("projection")
            projection.set_weights([np.zeros_like(weight) for weight in projection.get_weights()])

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append([variable.numpy() for variable in self.model.trainable_variables])
        self.figures.append(logs["val_ndcg@10"])


@pytest.mark.parametrize(("epochs", "patience", "ran"), [(3, 5, 3), (20, 2, 4)], ids=["all epochs", "stopped early"])
def test_best_epochs_weights_are_left(split, epochs, patience, ran):
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["simple_rnn"].with_settings(TINY | {"epochs": epochs, "patience": patience})
    model = build_model(recipe, split.vocabulary)
    spoiler = SpoilsLaterEpochs()
    history = fit(model, split, recipe.training, [spoiler], verbose=0)

    assert len(spoiler.figures) == ran
    assert np.argmax(spoiler.figures) == 1
    for variable, expected in zip(model.trainable_variables, spoiler.weights[1], strict=True):
        np.testing.assert_array_equal(variable, expected)
    assert history.history["val_ndcg@10"] == spoiler.figures
    assert {"loss", "val_hit_rate@10", "val_mrr@10"} <= set(history.history)


def test_weight_decay_shrinks_dense_variables_and_no_table(split):
    recipe = RECIPES["simple_rnn"].with_settings(
        TINY | {"learning_rate": 0.1, "warm_up": 0, "weight_decay": 0.5, "epochs": 1}
    )
    model = build_model(recipe, split.vocabulary)
    compile_model(model, recipe.training, steps_per_epoch=1)
    before = [variable.numpy() for variable in model.trainable_variables]
    model.optimizer.apply_gradients([(tf.zeros_like(variable), variable) for variable in model.trainable_variables])
    for old, variable in zip(before, model.trainable_variables, strict=True):
        is_table = variable.shape[0] == split.vocabulary.size
        np.testing.assert_allclose(variable, old if is_table else 0.95 * old, rtol=1e-6)
    assert any(variable.shape[0] == split.vocabulary.size for variable in model.trainable_variables)


def test_nothing_to_learn_is_an_input_error_before_anything_is_compiled(split):
    single = Interactions.from_frame(cyclic_interactions(users=5, items=15, length=3))
    lonely = leave_last_out(single)
    model = build_model(RECIPES["simple_rnn"].with_settings(TINY), lonely.vocabulary)
    with pytest.raises(InputError, match="no user has two interactions \\(5 users\\)"):
        fit(model, lonely, TrainingConfig())


def test_split_whose_items_have_other_numbers_is_refused_and_one_by_the_model_s_vocabulary_is_taken(split):
    model = build_model(RECIPES["simple_rnn"].with_settings(TINY), split.vocabulary)
    day = Interactions.from_frame(cyclic_interactions(users=30, items=15, length=5, noise=0.5, seed=4))
    with pytest.raises(InputError, match="the split's index 2 is item 'item_.*', the model's 'item_"):
        fit(model, leave_last_out(day), TrainingConfig())
    again = leave_last_out(day, vocabulary=model.vocabulary)
    with pytest.raises(InputError, match="the histories' index 2"):
        model.scorer().scores(leave_last_out(day).test.histories)
    assert model.scorer().scores(again.test.histories).shape == (len(again.test), model.vocabulary.size)


@pytest.mark.parametrize(("max_length", "context"), [(1, 0), (4, 2), (5, 2)])
def test_context_left_open_is_half_of_the_window(split, max_length, context):
    assert training_batches(TrainingWindows, split, TrainingConfig(max_length=max_length)).config.context == context


def test_windows_are_cut_as_configured(split):
    windows = training_batches(TrainingWindows, split, TrainingConfig(max_length=4, context=2, batch_size=3, seed=9))
    assert (windows.config.max_length, windows.config.context) == (4, 2)
    assert (windows.config.batch_size, windows.config.seed) == (3, 9)
