"""An item-based autoencoder: reads an item's users, and recommends to the users that it was trained on."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

import numpy as np
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.scorer import FactorScorer
from tfrec_dl.retrieval.autoencoder.columns import Columns, TrainingColumns
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.towers.ids import NEVER_MET

ROWS = 256  # columns encoded at once
KNOWN_USERS = (
    "reads is 'users': such a model scores only the users that it was trained on, not the history of a new one; "
    "choose reads=items"
)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ItemBasedAutoencoder(AutoencoderModel):
    """Reconstructs all users of an item from some of them; a user's score for an item is that user's reconstruction.

    It is trained on users and reconstructs users: the item tower, the history embedding and `given_back` refer to them.

    Args: those of `AutoencoderModel`, and
        columns: the users of each item in training.
    """

    batches: ClassVar[type[TrainingWindows] | type[TrainingHistories]] = TrainingColumns

    def __init__(self, *arguments: Any, columns: Columns, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.columns = columns
        self.built = True

    @property
    def given_back(self) -> Vocabulary:
        """The vocabulary of users."""
        return self.columns.users

    def factors(self) -> np.ndarray:
        """Computes item factors, [vocabulary.size, D + 2] float32, which `ItemBasedScorer` multiplies by user vectors.

        The last two components are an offset that makes the scores of different items comparable, and the log of the
        item's popularity, which is the score for unknown users.
        """
        of_items, tower = self.columns.of_items, self.item_tower
        users = tower(tf.range(FIRST_ITEM, self.given_back.trained_size), training=False)
        found = []
        for start in range(0, self.vocabulary.trained_size, ROWS):
            rows = np.arange(start, min(start + ROWS, self.vocabulary.trained_size))
            queries = self.query(tf.constant(of_items.select(rows).padded(self.max_length), tf.int32))
            counts = tf.constant(of_items.lengths[rows, None], tf.float32)
            offsets = self.reconstruction.offsets(tf.linalg.matmul(queries, users, transpose_b=True), counts)
            found.append(tf.concat([queries, offsets[:, None], tf.math.log(tf.maximum(counts, 0.5))], axis=1).numpy())
        factors = np.concatenate(found)
        untrained = np.zeros([self.vocabulary.size - len(factors), factors.shape[1]], np.float32)
        untrained[:, -2:] = NEVER_MET
        return np.concatenate([factors, untrained])

    def scorer(self) -> ItemBasedScorer:  # type: ignore[override]
        """Returns a scorer of the whole catalogue for the training users, with the current weights."""
        return ItemBasedScorer(self)

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> NoReturn:
        """Raises InputError: a request has a history, and the model has not reconstructed a row for a new user."""
        raise InputError(f"{KNOWN_USERS} for a model to export.")


class ItemBasedScorer(FactorScorer):
    """Scores by users' ids; users without training interactions get the popular items.

    Args:
        model: the model.
    """

    def __init__(self, model: ItemBasedAutoencoder) -> None:
        super().__init__(model.vocabulary, model.factors())
        self.model = model

    def refresh(self) -> None:
        """Reads the weights again."""
        self._items = self.model.factors()

    def queries(self, histories: Histories) -> np.ndarray:
        """Returns the users' rows, [H, D + 2] float32."""
        users = self.model.given_back.encode(histories.user_ids.astype(str).astype(object))
        known = users != UNKNOWN
        rows = self.model.item_tower(tf.constant(users, tf.int32), training=False).numpy() * known[:, None]
        return np.concatenate([rows, known[:, None], ~known[:, None]], axis=1).astype(np.float32)
