"""No step of a retrieval recipe with a sampled loss reads or writes more of a table than its batch names."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model

ITEMS = 1_500  # more than any other dimension
NEGATIVES = 8
BATCH = {
    "history": tf.constant([[2, 3, 4, 0], [5, 9, 2, 7], [700, 0, 0, 0]]),
    "next_item": tf.constant([[3, 4, 8, 0], [0, 2, 7, 900], [6, 0, 0, 0]]),
}
NAMED = 13  # items of the batch, at most
SMALL = {"max_length": 4, "weight_decay": 0.1, "warm_up": 0.0}
MODELS = {  # an encoder reads vectors, and knows no table: one stands for all
    "simple_rnn": {},
    "simple_rnn, adagrad": {"optimizer": "adagrad"},
    "simple_rnn, in batch": {"loss": "in_batch_softmax"},
    "simple_rnn, mixed": {"loss": "mixed_softmax"},
    "simple_rnn, bpr": {"loss": "bpr"},
    "simple_rnn, untied": {"tied": False},
    "simple_rnn, short path": {"markov_order": 3},
    "simple_rnn, short path, adagrad": {"markov_order": 3, "optimizer": "adagrad"},
    "simple_rnn, hashed": {"own_rows": 600, "buckets": 300, "markov_order": 3},
    "simple_rnn, hashed hybrid": {"own_rows": 600, "buckets": 300, "kind": "hybrid"},
    "simple_rnn, content": {"kind": "content"},
    "simple_rnn, hybrid": {"kind": "hybrid"},
}


def catalogue() -> Catalogue:
    years = np.arange(ITEMS, dtype=np.float32)
    makers = np.array([f"maker {item % 7}" for item in range(ITEMS)], dtype=object)
    return Catalogue(item_ids(ITEMS), {"maker": "category", "year": "number"}, {"maker": makers, "year": years})


@pytest.mark.parametrize("name", MODELS)
def test_step_changes_the_rows_that_its_batch_names_and_no_other(name, monkeypatch):
    loss = {"loss": "sampled_softmax"} | MODELS[name]
    loss |= {} if loss["loss"] == "in_batch_softmax" else {"negatives": NEGATIVES}
    recipe = RECIPES[name.split(",")[0]].with_settings(SMALL | loss)
    vocabulary = vocabulary_of(item_ids(ITEMS))
    model = build_model(recipe, vocabulary, catalogue() if "kind" in MODELS[name] else None)
    compile_model(model, recipe.training, steps_per_epoch=10)
    apply, given = model.optimizer.apply_gradients, []
    monkeypatch.setattr(model.optimizer, "apply_gradients", lambda pairs: apply(given.extend(pairs) or given))

    def is_table(variable) -> bool:
        return variable.shape.rank > 1 and variable.shape[0] in (FIRST_ITEM + ITEMS, FIRST_ITEM + 900)

    held = [variable for variable in (*model.trainable_variables, *model.optimizer.variables) if is_table(variable)]
    before = [variable.numpy() for variable in held]
    model.train_step(BATCH)

    tables = [(gradient, variable) for gradient, variable in given if is_table(variable)]
    assert len(tables) == (
        0 if name == "simple_rnn, content" else 3 if "tied" in MODELS[name] or "markov_order" in MODELS[name] else 2
    )
    assert len(held) == len(tables) * (2 if "adagrad" in name else 3)
    for gradient, _ in tables:
        assert isinstance(gradient, tf.IndexedSlices)
    for old, variable in zip(before, held, strict=True):
        changed = np.flatnonzero((old != variable.numpy()).any(axis=1))
        assert 0 < len(changed) <= (NAMED + NEGATIVES) * (2 if variable.shape[0] == FIRST_ITEM + 900 else 1)
