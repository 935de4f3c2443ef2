"""A simple model trained on a synthetic log, for benchmarks that use the vectors of a trained model."""

from pathlib import Path

import tfrec_dl
from benchmarks.taste_log import taste_log
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.data.splits.split import Split
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model, training_batches
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.runs.strategies import training_input
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import candidate_lists
from tfrec_dl.stacking.fit_blender import fit_blender
from tfrec_dl.stacking.members import Members, RetrievalMember
from tfrec_dl.stacking.model import StackedModel

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

LENGTH = 400  # items of a user
READ = 50  # of which a query reads the last
WINDOW = 4  # of transitions: half of what is usual, for memory


@tfrec_dl.encoders.register("recent_mean")
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class RecentMean(tfrec_dl.encoders.Encoder):
    """A mean of the history in which an item weighs less the longer ago it was, through a dense layer."""

    decay: float = Field(default=0.9, gt=0, le=1)

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """[B, L, E] -> [B, L, E]."""
        places = tf.range(tf.shape(embedded)[1])
        age = tf.cast(places[:, None] - places[None], tf.float32)
        weights = tf.where(age >= 0, self.decay ** tf.maximum(age, 0.0), 0.0)
        weights /= tf.reduce_sum(weights, axis=1, keepdims=True)
        return tf.keras.layers.Dense(embedded.shape[-1], name="read_out")(tf.einsum("lm,bme->ble", weights, embedded))


def trained_model(folder: Path, items: int, users: int, width: int, epochs: int) -> tuple[RetrievalModel, Split]:
    """The model and its data; trained weights that are in the folder are read, else written there."""
    split = taste_log(items, users, LENGTH)
    recipe = get_recipe("recent_mean").with_settings(
        {
            "loss": "sampled_softmax",
            "dimension": width,
            "embedding_dropout": 0.1,
            "state_dropout": 0.1,
            "training.batch_size": 128,
            "training.max_length": READ,
            "training.epochs": epochs,
            "training.learning_rate": 0.01,
        }
    )
    tf.keras.utils.set_random_seed(recipe.training.seed)
    model = build_model(recipe, split.vocabulary)
    weights = folder / f"recent_mean-{items}-{users}-{width}-{epochs}"
    if weights.with_suffix(".index").exists():
        model.load_weights(weights).expect_partial()
        return model, split
    windows = training_batches(recipe.family.batches(recipe.model), split, recipe.training)
    compile_model(model, recipe.training, windows.steps_per_epoch)
    batches = training_input(windows, 0, model.distribute_strategy)
    model.fit(batches, epochs=epochs, steps_per_epoch=windows.steps_per_epoch, verbose=2)
    model.save_weights(weights)  # and the optimiser's, which the export does not read
    return model, split


def with_counts(model: RetrievalModel, split: Split, cases: int) -> StackedModel:
    """The model and counts of transitions, joined on so many validation cases."""
    counts = Transitions.fit(split.train, split.vocabulary, TransitionSettings(window=WINDOW)).graph()
    members = Members({"network": RetrievalMember(model), "transitions": counts}, split.vocabulary)
    lists = candidate_lists(members, split.validation, BlenderConfig(cases=cases))
    return StackedModel(members, fit_blender(lists, BlenderConfig().regularization))
