"""Exported graph of a ranking model: takes raw ids and raw features, and returns ordered candidates."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import tensorflow as tf

from tfrec_dl.data.vocabulary import UNKNOWN, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.features.prepared import Features
from tfrec_dl.ranking.data.feedback import CONVERSION, RATING
from tfrec_dl.ranking.features.comparisons import Compared
from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION
from tfrec_dl.ranking.serving.inputs import AGE, RankingInputs
from tfrec_dl.ranking.serving.servable import ServableRanker
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.names import RANK, SERVING_DEFAULT
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.signature import Signature, TensorInfo
from tfrec_dl.serving.user_ids import USER_IDS, user_ids_held
from tfrec_dl.serving.weights import lookup_tables, traced, variables_read

NAN = float("nan")
CANDIDATES_BY_TRAINING = (
    "Knows items and users by the ids and features of its training; others it ranks by the context and the history."
)

Tensors = Mapping[str, tf.Tensor]


class RankingModule(tf.Module):
    """A ranking model made ready to serve. Its weights are shared with the model, not copied.

    Args:
        model: a trained model.

    Attributes:
        inputs: the inputs of a request.
        predictions: names of the predictions for a candidate.
        orders_by: the prediction that orders candidates, highest first.
        max_length: number of last history items that are read.

    Raises:
        InputError: if a weight is not finite.
    """

    limit = CANDIDATES_BY_TRAINING

    def __init__(self, model: ServableRanker) -> None:
        super().__init__(name="ranker")
        fitted_state = model.fitted_state
        self.inputs = RankingInputs.of(model)
        both = (CLICK_AND_CONVERSION,) if CONVERSION in model.objectives else ()
        self.predictions = (*model.objectives, *both)
        self.orders_by = model.orders_by
        self.max_length: int = fitted_state.max_length
        self._items = _lookup(fitted_state.items)
        self._users = _lookup(fitted_state.users)
        self._popular = tuple(str(item) for item in fitted_state.items.ids[: fitted_state.max_length])
        self._user_features = fitted_state.user_features is not None
        self._item_count, self._user_count = len(fitted_state.items.ids), len(fitted_state.users.ids)
        specs = {name: tf.TensorSpec(info.shape, info.dtype, name) for name, info in self.inputs.of_rank().items()}
        predicted = partial(self._predicted, _without_keras_tables(model))
        self._predict = traced(predicted, [specs])
        self.owned = variables_read(self._predict)
        for _, _, preparation in fitted_state.prepared_features():
            self.owned += lookup_tables(preparation)
        description = json.dumps(
            {"inputs": self.inputs.to_dict(), "predictions": self.predictions, "orders_by": self.orders_by}
        )
        self.describe = tf.function(lambda: tf.constant(description), input_signature=[])

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""
        return [replace(self.rank_signature(), also=(SERVING_DEFAULT,))]

    def rank_signature(self) -> Signature:
        """Returns the signature `rank`."""
        return Signature(
            RANK,
            "Orders the candidates of each request, best first, with every prediction.",
            self.inputs.of_rank(self.examples),
            {
                "item_ids": TensorInfo(tf.string, {"B": None, "N": None}),
                **{name: TensorInfo(tf.float32, {"B": None, "N": None}) for name in ("scores", *self.predictions)},
            },
            lambda **inputs: self.rank(inputs),
        )

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""
        return {
            "items with a vector of their own or features": self._item_count,
            "users with a vector of their own or features": self._user_count,
            USER_IDS: user_ids_held(self._user_count, "their ids and features" if self._user_features else "their ids"),
            "items of a history that are read": self.max_length,
            "predictions": ", ".join(self.predictions),
            "candidates are ordered by": self.orders_by,
        }

    @property
    def examples(self) -> tuple[str, ...]:
        """Some item ids, most popular first."""
        return self._popular

    @property
    def longest_example(self) -> int:
        """Number of items in the longest warm-up history."""
        return self.max_length

    def rank(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the candidates of requests, best first.

        Args:
            inputs: inputs named as in `RankingInputs.of_rank`; others are ignored.

        Returns:
            "item_ids" [B, N] string, "scores" [B, N] float32, and each of `predictions` [B, N] float32. Places without
            a candidate are at the end, with the id "", the lowest possible score, and predictions 0.
        """
        item_ids = inputs["item_ids"]
        places = tf.where(item_ids != "")
        shape = tf.shape(item_ids, tf.int64)
        predicted = self._predict(self._with_candidate(inputs))
        count = tf.shape(places)[0]
        found = {name: tf.scatter_nd(places, values[:count], shape) for name, values in predicted.items()}
        scores = tf.where(item_ids != "", found[self.orders_by], LOWEST_SCORE)
        order = tf.argsort(scores, axis=1, direction="DESCENDING", stable=True)
        outputs = {"item_ids": item_ids, "scores": scores, **found}
        return {name: tf.gather(values, order, batch_dims=1) for name, values in outputs.items()}

    def _with_candidate(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the inputs; if no request has a candidate, a placeholder with an unknown candidate is appended."""
        none = tf.cast(tf.reduce_all(inputs["item_ids"] == ""), tf.int32)
        found = {}
        for name, info in self.inputs.of_rank().items():
            further = [[0, none if axis in ("B", "N") else 0] for axis in info.axes]
            filling = "unknown" if name == "item_ids" else "" if info.dtype == tf.string else NAN
            found[name] = tf.pad(inputs[name], further, constant_values=tf.constant(filling, info.dtype))
        return found

    def _predicted(self, model: ServableRanker, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the predictions for the R actual candidates, [R] each, request by request."""
        found = model.predictions(self._batch(model.fitted_state, inputs))
        return {name: tf.ensure_shape(found[name], [None]) for name in self.predictions}

    def _batch(self, fitted_state: FittedState, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the model's input for the R candidates, without requests that have none, because no list is empty."""
        is_candidate = inputs["item_ids"] != ""
        is_asked = tf.reduce_any(is_candidate, axis=1)
        request = tf.where(is_candidate)[:, 0]
        lists = tf.gather(tf.cumsum(tf.cast(is_asked, tf.int32)) - 1, request)
        candidates = tf.boolean_mask(inputs["item_ids"], is_candidate)
        raw = {each.feature: tf.gather(inputs[each.name], request) for each in self.inputs.request}
        raw |= {each.feature: tf.boolean_mask(inputs[each.name], is_candidate) for each in self.inputs.candidate}

        history = tf.boolean_mask(inputs["history"], is_asked)
        is_event = history != ""
        past = {
            name: compact(tf.boolean_mask(inputs[name], is_asked), is_event, fitted_state.max_length)
            for name in self.inputs.past
        }
        batch = {
            "user": tf.gather(self._users.lookup(inputs["user_id"]), request),
            "item": self._items.lookup(candidates),
            "list": lists,
            "history": compact(self._items.lookup(history), is_event, fitted_state.max_length),
        }
        batch["level"] = tf.where(batch["history"] == 0, 0, self._levels(fitted_state, past, batch["history"]))
        if fitted_state.context is not None:
            # Ids that did not occur in training are still distinguished from each other.
            keys = tf.unique(tf.concat([tf.reshape(history, [-1]), candidates], axis=0), tf.int64).idx
            seen = tf.reshape(keys[: tf.size(history)], tf.shape(history))
            compared = Compared(
                numbers={name: raw[name] for name in self.inputs.compared},
                lists=lists,
                keys=keys[tf.size(history) :],
                past_keys=compact(seen + 1, is_event, fitted_state.max_length) - 1,
                past_numbers={number: past[name] for number, name in self.inputs.past_numbers.items()},
                past_ages=past.get(AGE, tf.fill(tf.shape(batch["history"]), NAN)),
            )
            prepared = fitted_state.context.rows(raw, compared)
            batch |= {f"context/{name}": values for name, values in prepared.items()}
        return batch

    def _levels(self, fitted_state: FittedState, past: Tensors, history: tf.Tensor) -> tf.Tensor:
        """Returns how much past items were liked, [B, L] int32 from 1; a missing rating counts as the middle level."""
        if self.inputs.label_input is None:
            return tf.ones_like(history)
        labels = past[self.inputs.label_input]
        if self.inputs.label != RATING:
            return 1 + tf.cast(labels > 0, tf.int32)
        limits = fitted_state.levels.limits
        known = tf.where(tf.math.is_finite(labels), labels, limits[len(limits) // 2])
        reached = tf.searchsorted(tf.constant(limits, tf.float32), tf.reshape(known, [-1]), side="right")
        return tf.maximum(tf.reshape(reached, tf.shape(labels)), 1)


def _without_keras_tables(model: ServableRanker) -> ServableRanker:
    """Returns the same model with item and user features in variables, which a SavedModel stores beside its graph."""
    known = model.fitted_state
    fitted_state = replace(
        known, item_features=_stored(known.item_features), user_features=_stored(known.user_features)
    )
    return model.with_fitted_state(fitted_state)


def _stored(features: Features | None) -> Features | None:
    if features is None:
        return None
    stored = Features(features.fitted, features.preparation, {})
    stored.prepared = {name: tf.Variable(values, trainable=False) for name, values in features.prepared.items()}
    return stored


def _lookup(vocabulary: Vocabulary) -> tf.lookup.StaticHashTable:
    if "" in vocabulary.ids:
        raise InputError('an id is "" (the empty string), which means padding in requests: rename it.')
    keys = tf.constant(["", *(str(value) for value in vocabulary.ids)], tf.string)  # a table cannot be empty
    indices = tf.range(UNKNOWN, vocabulary.size, dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, indices), UNKNOWN)
