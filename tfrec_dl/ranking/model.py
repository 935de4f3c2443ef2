"""Ranking model, which predicts clicks, conversions and ratings for each candidate of a list."""

from collections.abc import Mapping

import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.features.prepared import Features
from tfrec_dl.ranking.calibration import Calibration
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION, CLICK_LOGIT
from tfrec_dl.ranking.objectives.fitted import FittedObjective
from tfrec_dl.ranking.position_bias import PositionBias
from tfrec_dl.runs.trainable_model import TrainableModel
from tfrec_dl.serving.publishing import Served


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class RankingModel(TrainableModel, tfrs.Model):
    """Predicts what a user will do with each candidate.

    Trains with `model.compile` and `model.fit` on `RankingBatches`, like TFRS ranking tasks.

    Args:
        history_reader: functional model, {"history", "level"} [B, L] int32 -> [B, L, K].
        network: functional model, from the inputs of each row {"user", "item" [R] int32, "history" [R, L, K], "mask"
            [R, L] bool, and prepared features [R, ...], "context/NAME", "item_features/NAME", "user_features/NAME"} to
            {head: its outputs [R, ...]}: logits [R, 1] for clicks and conversions, and the input of the rating output
            for ratings.
        objectives: maps "click", "conversion", "rating", as far as the labels exist, to objectives.
        fitted_state: vocabularies and prepared features.
        position_bias: bias added to click logits; None if positions are not used.

    Attributes:
        calibration: map from click logits to probabilities; None for the sigmoid.
        starts_fitted: whether the model gives a linear model's predictions before the first epoch; default False.
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
        self.built = True
        self.starts_fitted = False

    @property
    def orders_by(self) -> str:
        """The prediction that orders candidates, highest first."""
        if CONVERSION in self.objectives:
            return CLICK_AND_CONVERSION
        return CLICK if CLICK in self.objectives else RATING

    def compute_loss(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the weighted sum of the objectives' losses over a batch.

        Args:
            inputs: a batch of `RankingBatches`.
            training: whether dropout is active.

        Returns:
            A scalar, divided by the number of replicas.
        """
        self.refuse_xla()
        outputs = self.head_outputs(inputs, training)
        weights = inputs.get("weight", tf.ones_like(inputs["item"], tf.float32))
        labels = {head: inputs[f"label/{head}"] for head in self.objectives}
        log_odds = {**outputs, **self._click_log_odds(outputs, inputs["list"])}
        losses = [
            objective.weight * objective.loss(outputs if head == CLICK else log_odds, labels, inputs["list"], weights)
            for head, objective in self.objectives.items()
        ]
        loss = tf.add_n(losses)  # TFRS adds the layers' regularization losses
        self.loss_mean.update_state(loss, sample_weight=tf.reduce_sum(weights))
        return loss / tf.distribute.get_strategy().num_replicas_in_sync

    def train_step(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs one optimizer step; reports the epoch's mean loss, where `tfrs.Model` reports that of the last batch."""
        super().train_step(inputs)
        return {metric.name: metric.result() for metric in self.metrics}

    def head_outputs(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> dict[str, tf.Tensor]:
        """Returns the heads' outputs for each row, including the position bias if the row's position is known.

        Args:
            inputs: inputs as for `compute_loss`; labels, weights and positions may be missing.
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
        """Predicts each row as in serving, without its position.

        Args:
            inputs: inputs as for `compute_loss`; labels, weights and positions are ignored.

        Returns:
            [R] float32 each, for the available heads: "click", the calibrated probability, and "click_logit" before
            calibration; "conversion", the probability given a click, and "click_and_conversion", the probability of
            both; "rating".
        """
        return self.calibrated(self.uncalibrated(inputs))

    def uncalibrated(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Does the same as `predictions` before `calibrated`: "click" is the sigmoid of "click_logit"."""
        lists = inputs["list"]
        outputs = self.head_outputs({name: values for name, values in inputs.items() if name != "position"})
        found = {name: self.objectives[name].expected(values, lists) for name, values in outputs.items()}
        if CLICK in outputs:
            found[CLICK_LOGIT] = self._click_log_odds(outputs, lists)[CLICK][:, 0]
        return found

    def calibrated(self, found: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Replaces the probability of a click by the calibrated one, and updates what depends on it."""
        found = dict(found)
        if self.calibration is not None:
            found[CLICK] = self.calibration(found[CLICK_LOGIT])
        if CONVERSION in found:
            found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
        return found

    def call(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """See `predictions`."""
        return self.predictions(inputs)

    def with_fitted_state(self, fitted_state: FittedState) -> "RankingModel":
        """Returns a model with the same networks, weights and calibration that reads other tables of features."""
        model = RankingModel(self.history_reader, self.network, self.objectives, fitted_state, self.position_bias)
        model.calibration = self.calibration
        return model

    def without_users(self) -> "RankingModel":
        """Returns the same model treating every user as new; an export of it contains no user's id or features.

        Its weights still contain the user vectors, but nothing says which user each belongs to.
        """
        return self.with_fitted_state(self.fitted_state.without_users())

    def serving_module(self, k_max: int = 100) -> Served:
        """Returns the module to export. Its weights are shared with the model, not copied.

        Args:
            k_max: ignored, because the client provides the candidates.

        Raises:
            InputError: if a weight is not finite.
        """
        # Imported here, because training does not need it.
        from tfrec_dl.ranking.serving.module import RankingModule

        return RankingModule(self)

    def parts(self) -> dict[str, tf.keras.layers.Layer]:
        """Returns the parts with trained weights, by name."""
        found = {"history_reader": self.history_reader, "network": self.network}
        return found if self.position_bias is None else {**found, "position_bias": self.position_bias}

    def _click_log_odds(self, outputs: Mapping[str, tf.Tensor], lists: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns {"click": log-odds [R, 1]}, or nothing if clicks are not predicted."""
        if CLICK not in outputs:
            return {}
        return {CLICK: self.objectives[CLICK].logits(outputs[CLICK], lists)[:, None]}

    def _features(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Returns the prepared features of each row."""
        found: dict[str, tf.Tensor] = {}
        if self.fitted_state.context is not None:
            names = (f"context/{name}" for name in self.fitted_state.context.fitted.kinds)
            found |= {name: inputs[name] for name in names}
        for part, ids in (("item_features", "item"), ("user_features", "user")):
            known: Features | None = getattr(self.fitted_state, part)
            if known is not None:
                found |= {f"{part}/{name}": values for name, values in known.rows(inputs[ids]).items()}
        return found
