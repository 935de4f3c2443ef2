"""The ranking model: how likely a click, a conversion, how high a rating, for each candidate of a list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.features.prepared import Features
from tfrec_dl.ranking.calibration import Calibration
from tfrec_dl.ranking.data.events import Levels
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.features.impression_features import ImpressionFeatures
from tfrec_dl.ranking.objectives.fitted import FittedObjective
from tfrec_dl.ranking.position_bias import PositionBias

CLICK_AND_CONVERSION = "click_and_conversion"
CLICK_LOGIT = "click_logit"


@dataclass(frozen=True, eq=False)
class FittedState:
    """What a ranking model knows and no training changes.

    Attributes:
        users: those with training impressions.
        items: those with training impressions, then those known by their features alone.
        levels: of past items.
        context: what prepares the features of impressions; None without any.
        item_features: prepared, of every row of `items`; None without any.
        user_features: prepared, of every row of `users`; None without any.
        max_length: past items of a user that are read.
        request_features: raw features of the context that belong to the request, for each training list had one value
            of them; the others belong to the candidate. None where no list had two candidates, so that nobody can tell.
    """

    users: Vocabulary
    items: Vocabulary
    levels: Levels
    context: ImpressionFeatures | None
    item_features: Features | None
    user_features: Features | None
    max_length: int
    request_features: tuple[str, ...] | None = None

    def prepared_features(self) -> Iterator[tuple[str, Mapping[str, Kind], tf.keras.Model]]:
        """Name, kinds and preparation of what features there are."""
        if self.context is not None:
            yield "context", self.context.fitted.kinds, self.context.preparation
        for name in ("item_features", "user_features"):
            features: Features | None = getattr(self, name)
            if features is not None:
                yield name, features.kinds, features.preparation


class RankingModel(tfrs.Model):
    """Predicts what a user will do with each candidate.

    Trains under `model.compile` and `model.fit` on batches of `RankingBatches`, as TFRS ranking tasks.

    Args:
        history_reader: functional model, {"history", "level"} [B, L] int32 -> [B, L, K].
        network: functional model, of each row {"user", "item" [R] int32, "history" [R, L, K], "mask" [R, L] bool, and
            prepared features [R, ...], "context/NAME", "item_features/NAME", "user_features/NAME"} -> {head: its
            outputs [R, ...]}: logits [R, 1] of clicks and conversions, of ratings what their output is made of.
        objectives: "click", "conversion", "rating" -> objective, for the labels that there are.
        fitted_state: what it knows.
        position_bias: added to the logits of clicks; None where positions play no part.

    Attributes:
        calibration: from logits of clicks to probabilities; None for the sigmoid.
    """

    def __init__(
        self,
        history_reader: tf.keras.Model,
        network: tf.keras.Model,
        objectives: Mapping[str, FittedObjective],
        fitted_state: FittedState,
        position_bias: PositionBias | None = None,
    ) -> None:
        super().__init__()
        self.history_reader = history_reader
        self.network = network
        self.objectives = dict(objectives)
        self.fitted_state = fitted_state
        self.position_bias = position_bias
        self.calibration: Calibration | None = None
        self.loss_mean = tf.keras.metrics.Mean(name="loss")

    @property
    def orders_by(self) -> str:
        """The prediction that candidates are ordered by, the highest first."""
        if CONVERSION in self.objectives:
            return CLICK_AND_CONVERSION
        return CLICK if CLICK in self.objectives else RATING

    def compute_loss(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """The objectives' losses over a batch, summed with their weights.

        Args:
            inputs: a batch of `RankingBatches`.
            training: whether dropout is active.

        Returns:
            Scalar, divided by the number of replicas.
        """
        outputs = self.head_outputs(inputs, training)
        weights = inputs.get("weight", tf.ones_like(inputs["item"], tf.float32))
        labels = {head: inputs[f"label/{head}"] for head in self.objectives}
        log_odds = {**outputs, **self._click_log_odds(outputs, inputs["list"])}
        losses = [
            objective.weight * objective.loss(outputs if head == CLICK else log_odds, labels, inputs["list"], weights)
            for head, objective in self.objectives.items()
        ]
        loss = tf.add_n(losses)  # TFRS adds the layers' regularisation losses
        self.loss_mean.update_state(loss, sample_weight=tf.reduce_sum(weights))
        return loss / tf.distribute.get_strategy().num_replicas_in_sync

    def train_step(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One optimiser step; reports the epoch's mean loss where `tfrs.Model` reports the last batch's."""
        super().train_step(inputs)
        return {metric.name: metric.result() for metric in self.metrics}

    def head_outputs(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> dict[str, tf.Tensor]:
        """The heads' outputs of each row, the bias of the row's position in it where that is known.

        Args:
            inputs: as for `compute_loss`; labels, weights and positions may be missing.
            training: whether dropout is active.
        """
        lists, past = inputs["list"], inputs["history"]
        embedded = self.history_reader({"history": past, "level": inputs["level"]}, training=training)
        rows = {
            "user": inputs["user"],
            "item": inputs["item"],
            "history": tf.gather(embedded, lists),
            "mask": tf.gather(past != 0, lists),
        }
        rows |= self._features(inputs)
        outputs: dict[str, tf.Tensor] = dict(self.network(rows, training=training))
        if self.position_bias is not None:
            known = inputs.get("position")
            bias = self.position_bias.constant() if known is None else self.position_bias(known)[:, None]
            outputs[CLICK] += bias
        return outputs

    def predictions(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """What is to be expected of each row as it is served, without its position.

        Args:
            inputs: as for `compute_loss`; labels, weights and positions are not read.

        Returns:
            [R] float32 each, for the heads that there are: "click", the calibrated probability, and "click_logit"
            before calibration; "conversion", the probability once it is clicked, and "click_and_conversion", of both;
            "rating".
        """
        lists = inputs["list"]
        outputs = self.head_outputs({name: values for name, values in inputs.items() if name != "position"})
        found = {name: self.objectives[name].expected(values, lists) for name, values in outputs.items()}
        if CLICK in outputs:
            found[CLICK_LOGIT] = self._click_log_odds(outputs, lists)[CLICK][:, 0]
        if self.calibration is not None:
            found[CLICK] = self.calibration(found[CLICK_LOGIT])
        if CONVERSION in outputs:
            found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
        return found

    def call(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """As `predictions`."""
        return self.predictions(inputs)

    def parts(self) -> dict[str, tf.keras.layers.Layer]:
        """What has trained weights, by name."""
        found = {"history_reader": self.history_reader, "network": self.network}
        return found if self.position_bias is None else {**found, "position_bias": self.position_bias}

    def _click_log_odds(self, outputs: Mapping[str, tf.Tensor], lists: tf.Tensor) -> dict[str, tf.Tensor]:
        """{"click": log-odds [R, 1]}; nothing where clicks are not predicted."""
        if CLICK not in outputs:
            return {}
        return {CLICK: self.objectives[CLICK].logits(outputs[CLICK], lists)[:, None]}

    def _features(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The prepared features of each row."""
        found: dict[str, tf.Tensor] = {}
        if self.fitted_state.context is not None:
            names = (f"context/{name}" for name in self.fitted_state.context.fitted.kinds)
            found |= {name: inputs[name] for name in names}
        for part, ids in (("item_features", "item"), ("user_features", "user")):
            known: Features | None = getattr(self.fitted_state, part)
            if known is not None:
                found |= {f"{part}/{name}": values for name, values in known.rows(inputs[ids]).items()}
        return found


class Predictor:
    """Predicts the rows of a table, batch by batch; the graph is built once.

    Args:
        model: the model; its calibration must not change afterwards.
    """

    def __init__(self, model: RankingModel) -> None:
        self._predictions = tf.function(model.predictions, reduce_retracing=True)

    def __call__(self, batches: Iterator[tuple[np.ndarray, Mapping[str, np.ndarray]]]) -> dict[str, np.ndarray]:
        """Predictions of every row.

        Args:
            batches: rows of the table [R] and their inputs, as of `RankingBatches.in_order`.

        Returns:
            "row" [n] int64, and each of `RankingModel.predictions` [n] float32.
        """
        parts: dict[str, list[np.ndarray]] = {}
        for rows, batch in batches:
            inputs = {name: values for name, values in batch.items() if not name.startswith("label/")}
            found = {"row": rows, **{name: values.numpy() for name, values in self._predictions(inputs).items()}}
            for name, values in found.items():
                parts.setdefault(name, []).append(values)
        return {name: np.concatenate(values) for name, values in parts.items()}
