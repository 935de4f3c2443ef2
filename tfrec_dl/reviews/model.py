"""Rating model: predicts ratings from reviews by the user and from reviews by others about the item."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.errors import InputError
from tfrec_dl.losses.rating.rating_output import RatingOutput
from tfrec_dl.reviews.documents import Documents
from tfrec_dl.reviews.readers import Pool
from tfrec_dl.reviews.text_encoder import BLOCK
from tfrec_dl.runs.trainable_model import TrainableModel
from tfrec_dl.serving.export import Exportable
from tfrec_dl.serving.publishing import Served


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class RatingModel(TrainableModel, tfrs.Model):
    """Predicts ratings from the reviews of the user and of the item.

    In training, reviews by the user about the item itself are left out of both documents, because they do not exist yet
    when a rating is predicted. For the same reason, the biases of a training pair are fitted without its rating.
    Otherwise, after subtracting what others' reviews explain, such a bias would reveal the rating itself.

    Trains with `model.compile` and `model.fit` on batches of "user" and "item" [B] int32 (indices of `Documents`),
    "bias" [B] float32 (see `fit_biases`) and "rating" [B] float32. A review is encoded once per step, even if it
    belongs to several documents.

    Args:
        documents: the training reviews.
        tokens: [n, T] int32 tokens of their texts.
        text_encoder: functional model, tokens [N, T] -> review vectors [N, F].
        pool: review vectors -> document vectors.
        importances: importance networks of a user's and of an item's reviews: functional models, review vectors [E, F]
            and the index of the item or user on the other side [E] -> logits [E, 1]; or None.
        towers: functional models of the user and the item, documents [B, F] -> vectors [B, D].
        biases: functional model, user and item indices [B] int32 -> the sum of their biases [B, 1]; not part of the
            trainable variables, because it is fitted in advance.
        scorer: functional model, user vectors and item vectors [B, D], biases [B, 1] -> outputs.
        output: what the outputs mean, and their loss.
        levels: levels of the output, for the training ratings.

    Attributes:
        documents: the training reviews.
        tokens: [n, T] int32 tokens of their texts.
    """

    def __init__(
        self,
        documents: Documents,
        tokens: np.ndarray,
        text_encoder: tf.keras.Model,
        pool: Pool,
        importances: tuple[tf.keras.Model | None, tf.keras.Model | None],
        towers: tuple[tf.keras.Model, tf.keras.Model],
        biases: tf.keras.Model,
        scorer: tf.keras.Model,
        output: RatingOutput,
        levels: np.ndarray,
    ) -> None:
        super().__init__()
        self.documents = documents
        self.text_encoder = text_encoder
        self.user_importance, self.item_importance = importances
        self.user_tower, self.item_tower = towers
        self.biases = biases
        self.biases.trainable = False
        self.scorer = scorer
        self.output_kind = output
        self.levels = tf.constant(levels)
        self.lowest, self.highest = float(documents.ratings.min()), float(documents.ratings.max())
        self.task = tfrs.tasks.Ranking(loss=output.loss())
        self.loss_mean = tf.keras.metrics.Mean(name="loss")
        self._pool = pool
        self._encode = tf.function(lambda rows: text_encoder(rows, training=False), reduce_retracing=True)
        self.tokens = tf.constant(tokens)
        self._users, self._items = tf.constant(documents.users), tf.constant(documents.items)
        self._of_user, self._of_item = (
            tf.RaggedTensor.from_row_splits(reviews, splits)
            for splits, reviews in (documents.by_user(), documents.by_item())
        )
        self.built = True

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean loss of a batch's ratings, each predicted without the pair's own reviews.

        Args:
            inputs: "user" and "item" [B] int32, "bias" and "rating" [B] float32.
            training: whether dropout is active.

        Returns:
            A scalar, divided by the number of replicas.
        """
        self.refuse_xla()
        outputs = self.score(inputs["user"], inputs["item"], inputs["bias"], without_own=True, training=training)
        losses = self.task(self.output_kind.labels(inputs["rating"], self.levels), outputs)
        loss = tf.reduce_mean(losses)
        self.loss_mean.update_state(loss, sample_weight=tf.size(losses))
        return loss / tf.distribute.get_strategy().num_replicas_in_sync

    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs one optimizer step; reports the epoch's mean loss, where `tfrs.Model` reports that of the last batch."""
        super().train_step(inputs)
        return {metric.name: metric.result() for metric in self.metrics}

    def score(
        self, users: tf.Tensor, items: tf.Tensor, biases: tf.Tensor, without_own: bool, training: bool = False
    ) -> tf.Tensor:
        """Returns the outputs of the scorer for pairs.

        Args:
            users: [B] int32.
            items: [B] int32.
            biases: [B] float32 biases of the pairs.
            without_own: whether to leave out reviews by the user about the item, as in training.
            training: whether dropout is active.
        """
        written, writers = _reviews_of(self._of_user, users)
        about, subjects = _reviews_of(self._of_item, items)
        if without_own:
            others = tf.gather(self._items, written) != tf.gather(items, writers)
            written, writers = tf.boolean_mask(written, others), tf.boolean_mask(writers, others)
            others = tf.gather(self._users, about) != tf.gather(users, subjects)
            about, subjects = tf.boolean_mask(about, others), tf.boolean_mask(subjects, others)
        distinct, positions = tf.unique(tf.concat([written, about], axis=0))
        vectors = self.text_encoder(tf.gather(self.tokens, distinct), training=training)
        of_written, of_about = tf.split(tf.gather(vectors, positions), [tf.size(written), tf.size(about)])
        count = tf.size(users)
        user_vectors = self._vectors("user", of_written, written, writers, count, training)
        item_vectors = self._vectors("item", of_about, about, subjects, count, training)
        outputs: tf.Tensor = self.scorer([user_vectors, item_vectors, biases[:, None]], training=training)
        return outputs

    def parts(self) -> dict[str, tf.keras.Model]:
        """Returns the networks by name, as stored in a checkpoint of the weights alone."""
        parts = {
            "text_encoder": self.text_encoder,
            "user_importance": self.user_importance,
            "item_importance": self.item_importance,
            "user_tower": self.user_tower,
            "item_tower": self.item_tower,
            "biases": self.biases,
            "scorer": self.scorer,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def tables(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns user vectors [U + 1, D] and item vectors [I + 1, D] from all training reviews, by index."""
        blocks = [self._encode(self.tokens[start : start + BLOCK]) for start in range(0, len(self.documents), BLOCK)]
        vectors = tf.concat(blocks, axis=0)
        found = []
        for side, index in (("user", self._of_user), ("item", self._of_item)):
            reviews, rows = _reviews_of(index, tf.range(index.nrows(out_type=tf.int32)))
            count = index.nrows(out_type=tf.int32)
            found.append(self._vectors(side, tf.gather(vectors, reviews), reviews, rows, count, training=False))
        return found[0], found[1]

    def serving_module(self, k_max: int = 100) -> Served:
        """Returns the module to export. Vectors are computed now; scorer and biases are shared with the model.

        Args:
            k_max: ignored, because the client provides the items.

        Raises:
            InputError: if a vector is not finite.
        """
        # Imported here, because training does not need it.
        from tfrec_dl.reviews.serving_module import RatingModule

        return RatingModule(self)

    def without_users(self) -> Exportable:
        """Returns the same model treating every user as new; an export of it contains no user's id or vector."""
        # Imported here, because training does not need it.
        from tfrec_dl.reviews.serving_module import WithoutUsers

        return WithoutUsers(self)

    def ratings(self, outputs: tf.Tensor) -> tf.Tensor:
        """Converts outputs of the scorer to expected ratings [B], clipped to the range of the training ratings."""
        return tf.clip_by_value(self.output_kind.expected(outputs, self.levels), self.lowest, self.highest)

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Predicts the ratings of pairs that are not among the training reviews.

        A user or an item without training reviews has bias 0 and an empty document, so the prediction uses the other
        side.

        Args:
            user_ids: [B] ids.
            item_ids: [B] ids.

        Returns:
            [B] float32 within the range of the training ratings.

        Raises:
            InputError: if the numbers of users and items differ.
        """
        if len(user_ids) != len(item_ids):
            raise InputError(
                f"{len(user_ids)} users and {len(item_ids)} items do not form pairs: give one item per user"
            )
        users = tf.constant(self.documents.encode_users(user_ids))
        items = tf.constant(self.documents.encode_items(item_ids))
        user_vectors, item_vectors = self.tables()
        biases = self.biases([users, items])
        outputs = self.scorer([tf.gather(user_vectors, users), tf.gather(item_vectors, items), biases])
        predicted: np.ndarray = self.ratings(outputs).numpy()
        return predicted

    def call(self, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns ratings [B] of a batch's pairs from all training reviews, as `predict_ratings` does."""
        biases = self.biases([inputs["user"], inputs["item"]])[:, 0]
        return self.ratings(self.score(inputs["user"], inputs["item"], biases, without_own=False))

    def _vectors(
        self, side: str, vectors: tf.Tensor, reviews: tf.Tensor, rows: tf.Tensor, count: tf.Tensor, training: bool
    ) -> tf.Tensor:
        """Pools review vectors [E, F], given the reviews [E] and the document of each [E], to [count, D]."""
        importance = self.user_importance if side == "user" else self.item_importance
        tower = self.user_tower if side == "user" else self.item_tower
        logits = None
        if importance is not None:
            others = tf.gather(self._items if side == "user" else self._users, reviews)
            logits = importance([vectors, others], training=training)[:, 0]
        found: tf.Tensor = tower(self._pool(vectors, rows, count, logits), training=training)
        return found


def _reviews_of(index: tf.RaggedTensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the reviews [E] in rows [B] of an index, and each one's position in B, [E] int32."""
    found = tf.gather(index, rows)
    return found.values, tf.cast(found.value_rowids(), tf.int32)
