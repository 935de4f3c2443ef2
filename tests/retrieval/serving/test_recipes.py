"""Every recipe's model, exported and served."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.paths import AS_SERVED
from tests.serving.stand_in import vocabulary_of
from tests.serving.test_export import stored_values
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import AutoencoderConfig, ModelConfig
from tfrec_dl.serving.compare_answers import compare_answers
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.run_saved_model import run_eagerly, run_in_session
from tfrec_dl.serving.verify import verify_export

TIED = {"dimension": 6, "max_length": 12}
TWO_TABLES = {**TIED, "tied": False, "markov_order": 3}
HASHED = {**TWO_TABLES, "own_rows": 20, "buckets": 9}
NAMES = [name for name, recipe in RECIPES.items() if isinstance(recipe.model, ModelConfig)]
AUTOENCODERS = [name for name, recipe in RECIPES.items() if isinstance(recipe.model, AutoencoderConfig)]
FEWER = {"next_it_net": {"dilations": (1, 2)}}  # blocks than they have: all are exported alike
CASES: list[tuple[str, dict[str, Any]]] = [
    *((name, TIED | FEWER.get(name, {})) for name in NAMES),
    ("gru", TWO_TABLES),
    ("gru", HASHED),
]
CASES += [(name, {"units": (8, 6), "max_length": 12}) for name in AUTOENCODERS]


@pytest.mark.parametrize(
    ("name", "settings"), CASES, ids=[*NAMES, "gru with two tables", "gru with hashed tables", *AUTOENCODERS]
)
def test_export_recommends_what_the_model_does_and_stores_no_more(tmp_path, name, settings):
    vocabulary = vocabulary_of([f"item-{item}" for item in range(50)])
    model = build_model(RECIPES[name].with_settings(settings), vocabulary)
    model.compile(tf.keras.optimizers.Adam())
    model.optimizer.build(model.trainable_variables)  # slots, as after training
    generator = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign_add(generator.normal(scale=0.1, size=variable.shape).astype(np.float32))

    version = export_saved_model(model, tmp_path)

    histories = [list(generator.choice(vocabulary.ids, size)) for size in (0, 1, 2, 12, 13, 40)]
    verify_export(model, version, [*histories, ["nobody"], ["item-1", "nobody", "item-2"]], AS_SERVED)
    request = [("serving_default", {"history": np.array([["item-1", "nobody", "item-2"]], object)})]
    for answer, loaded in zip(run_in_session(version, request), run_eagerly(version, request), strict=True):
        compare_answers("tf.saved_model.load", answer, loaded)
    weights = sum(int(variable.shape.num_elements()) for variable in model.trainable_variables)
    if "own_rows" in settings:
        return  # the vectors of all items are stored, whatever the rows that they are made of
    # Beside the weights the popularity and norm of each item, and a few numbers that say there are no attributes.
    assert 0 <= stored_values(version) - weights - 2 * vocabulary.size < 20
