"""Base class of exported recommenders, which take raw ids and return recommendations as raw ids."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.index import top_k
from tfrec_dl.serving.item_signatures import describe_items, explain, similar_items
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.fitted_lists import fitted_lists
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.ivf.search import ListSearch
from tfrec_dl.serving.ivf.search_lists import Found
from tfrec_dl.serving.known_items import KnownItems
from tfrec_dl.serving.names import RECOMMEND_EXCLUDING, SERVING_DEFAULT
from tfrec_dl.serving.rules.recommend import rules_signatures
from tfrec_dl.serving.signature import Signature, ids
from tfrec_dl.serving.user_ids import NONE_HELD, USER_IDS

NEW_ITEMS_BY_TRAINING = "Recommends only items that were known when it was trained; new items need a new training."
NEW_ITEMS_BY_FEATURES = (
    "Recommends new items once add_items has added them to the export. It knows them by their features alone, and "
    "learns nothing of them until a new training."
)
ATTRIBUTES = "attributes of items"  # label in the facts of the model card
SHOWN = "shown of items in answers"
VERSION_ID = "id of this version in recommendation ids"
SOME = 50  # length of warm-up histories if the model reads histories of any length


class ServingModule(KnownItems):
    """Recommends items by the scores that a subclass defines in `scores`.

    Args: those of `KnownItems`.

    Attributes:
        max_length: number of last history items that are read; None for all.
        item_features: raw features that describe a new item; empty if new items require training.
        user_features: raw features of a user besides the history.
        similarity: a sentence that says what the scores of `similar_items` are.
        network: tracks what a loaded export needs to take features, which are named by its `describe`; None if it takes
            none.
        item_lists: approximate search for the best items; None to search all items.
    """

    max_length: int | None = None
    item_features: tuple[FeatureInput, ...] = ()
    user_features: tuple[FeatureInput, ...] = ()
    similarity = "The scores are those after a history of the item alone."
    network: tf.Module | None = None
    item_lists: ListSearch | None = None

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns the scores of all items after histories: indices [B, L] int32, 0 anywhere -> [B, size] float32."""
        raise NotImplementedError

    def searched_vectors(self) -> np.ndarray:
        """Returns vectors whose products with queries are the item scores, apart from votes: [size, D] float32.

        Raises:
            InputError: by default, for models whose scores are not of this form.
        """
        raise InputError("index is 'ivf', and this model's scores are not products of vectors: leave it out.")

    def asked(self, seen: tf.Tensor) -> Asked:
        """Returns queries and votes that form scores after histories [B, L] int32, if `searched_vectors` has any."""
        raise NotImplementedError

    def search_in_lists(self, request: IvfRequest) -> None:
        """Switches to an approximate search for the best items, if that is faster.

        Raises:
            InputError: as in `searched_vectors`, or if the request's histories are not lists of ids, or hold no known
                item.
        """
        self.item_lists = fitted_lists(self, self.searched_vectors(), self._popularity, request)

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor | None:
        """Returns vectors whose cosines measure item similarity: [B, N] int32 -> [B, N, D] float32, zeros for index 0.

        The default is None, for models without such vectors.
        """
        return None

    def scores_of(self, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Returns the scores of some items after non-empty histories.

        Args:
            history: [B, L] int32, 0 anywhere.
            items: [B, N] int32.

        Returns:
            [B, N] float32.
        """
        return tf.gather(self.scores(history), items, batch_dims=1)

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns how similar all items are to some items: indices [B] int32 -> [B, size] float32.

        By default, these are the scores after a history with only that item.
        """
        return self.scores(items[:, None])

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""
        return {
            "items": self.size - FIRST_ITEM,
            "items of a history that are read": self.max_length or "all",
            "longest list of recommendations": self.k_max,
            ATTRIBUTES: self.attributes.description,
            **({} if self.shown is None else {SHOWN: self.shown.description}),
            VERSION_ID: self.version_id.numpy().decode(),
            "items of the history": "are recommended again" if self.keep_seen else "are not recommended",
            USER_IDS: NONE_HELD,
            **({} if self.item_lists is None else self.item_lists.facts()),
        }

    @property
    def limit(self) -> str:
        """Returns the note of the model card on new items."""
        return NEW_ITEMS_BY_FEATURES if self.item_features else NEW_ITEMS_BY_TRAINING

    @property
    def reach(self) -> int | None:
        """Number of last history items that can affect a score; None for all."""
        return self.max_length

    @property
    def examples(self) -> tuple[str, ...]:
        """Some item ids, most popular first."""
        return tuple(item.decode() for item in self._ids[: self.max_length or SOME].numpy())

    @property
    def longest_example(self) -> int:
        """Number of items in the longest warm-up history."""
        return self.max_length or len(self.examples)

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""
        history, exclude = (ids("B", axis, sample=self.examples) for axis in ("L", "E"))
        return [
            Signature(
                SERVING_DEFAULT,
                f"Recommends the best items after each history, {'those' if self.keep_seen else 'without those'} in it"
                f"{' among them' if self.keep_seen else ''}.",
                {"history": history},
                self.recommendations,
                lambda history: self.recommend(history, None),
            ),
            Signature(
                RECOMMEND_EXCLUDING,
                "Recommends as `serving_default`, without the items of `exclude`.",
                {"history": history, "exclude": exclude},
                self.recommendations,
                lambda history, exclude: self.recommend(history, exclude),
            ),
            *rules_signatures(self),
            similar_items(self, self.similarity),
            explain(self),
            *([] if self.shown is None else [describe_items(self, self.shown)]),
        ]

    def recommend(self, history: tf.Tensor, exclude: tf.Tensor | None, k: int | None = None) -> dict[str, tf.Tensor]:
        """Returns the best items after histories of ids [B, L], except those of `masked`.

        Args:
            history: histories of ids.
            exclude: [B, E] ids that must not be recommended; None for none.
            k: number of items, at most that of the catalogue; None for `k_max`.
        """
        seen = self.lookup(history)
        masked, has_history = self.masked(seen, exclude), tf.reduce_any(seen != PADDING, axis=1)
        lists, k = self.item_lists, self.k_max if k is None else k
        if lists is None:
            return self.best(self.scores(seen), has_history, masked, k)

        def exactly() -> Found:
            found: Found = top_k(self.or_popularity(self.scores(seen), has_history), masked, k)
            return found

        indices, scores = lists.best(lambda: self.asked(seen), has_history, masked, k, exactly)
        return self.answer(indices, scores, k)

    def masked(self, seen: tf.Tensor, exclude: tf.Tensor | None = None) -> tf.Tensor:
        """Returns the items not to recommend: the history, unless seen items are kept, and what a request excludes.

        Args:
            seen: [B, L] int32 histories.
            exclude: [B, E] ids; None for none.

        Returns:
            [B, M] int32.
        """
        kept = seen[:, :0] if self.keep_seen else seen
        return kept if exclude is None else tf.concat([kept, self.lookup(exclude)], axis=1)

    def scores_or_popularity(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns `scores`, or the popularity for histories without items."""
        return self.or_popularity(self.scores(seen), tf.reduce_any(seen != PADDING, axis=1))
