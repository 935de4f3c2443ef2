"""What every registered encoder says of itself, and what is made of it: a new one joins by being registered."""

import dataclasses

import pytest
import tensorflow as tf
from pydantic import dataclasses as pydantic

from tests.items import item_ids, vocabulary_of
from tfrec_dl.encoders import ENCODERS, GRU, Encoder
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import ModelConfig
from tfrec_dl.retrieval.memory_estimate import estimate_size

VOCABULARY = vocabulary_of(item_ids(20))


@dataclasses.dataclass(frozen=True)
class LooksAhead(Encoder):
    """Says that it is not causal."""

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        return tf.keras.layers.Conv1D(4, 3, padding="same")(embedded)

    def is_causal(self) -> bool:
        return False


@pydantic.dataclass(frozen=True)
class KeepsMore(GRU):
    """A GRU that says that it keeps two numbers a position for every item of the history."""

    def hidden_activations(self, length: int) -> int:
        return 2 * length


@pytest.fixture(autouse=True, scope="module")
def _registered():
    ENCODERS.register("looks_ahead")(LooksAhead)
    ENCODERS.register("keeps_more")(KeepsMore)
    yield
    del ENCODERS._classes["looks_ahead"], ENCODERS._classes["keeps_more"]


@pytest.mark.parametrize("name", ENCODERS)
def test_encoder_is_a_frozen_configuration_with_a_source(name):
    encoder = ENCODERS[name]()
    assert encoder.name == name
    assert encoder.source
    assert ENCODERS.make(ENCODERS.plain(encoder)) == encoder
    for field in dataclasses.fields(encoder):
        with pytest.raises(AttributeError):
            setattr(encoder, field.name, 1)


@pytest.mark.parametrize("name", ENCODERS)
def test_encoder_has_a_recipe_of_its_name_where_it_says_so(name):
    encoder = ENCODERS[name]
    assert (name in RECIPES) == encoder.has_recipe
    if encoder.has_recipe:
        assert RECIPES[name].model == ModelConfig(encoder(), blocks=encoder.blocks)
        assert RECIPES[name].source == encoder.source
    assert RECIPES["caser"].with_settings({"body": name}).model.body == encoder()


def test_encoder_that_is_not_causal_is_not_trained():
    with pytest.raises(InputError, match="body is 'looks_ahead', whose states see the items that they must predict"):
        build_model(Recipe("ahead", "nobody", ModelConfig(LooksAhead())), VOCABULARY)


def test_encoder_that_reads_nothing_needs_users():
    with pytest.raises(InputError, match="body is 'user_only', which does not read the history: give a table of"):
        build_model(RECIPES["gru"].with_settings({"body": "user_only"}), VOCABULARY)


def test_what_an_encoder_keeps_beyond_its_outputs_is_counted():
    settings = {"batch_size": 4, "max_length": 5, "units": 3, "loss": "sampled_softmax"}
    plain, more = (
        estimate_size(Recipe("estimated", "nobody", ModelConfig(body())).with_settings(settings), VOCABULARY)
        for body in (GRU, KeepsMore)
    )
    # Forwards and backwards, 4 bytes, for each of 4 x 5 positions.
    assert more.step - plain.step == 4 * 2 * 4 * 5 * (2 * 5)
