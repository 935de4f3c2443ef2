"""Base class of exported recommenders: raw ids in, recommendations in raw ids out."""

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
ATTRIBUTES = "attributes of items"  # among the facts of the model card
SHOWN = "shown of items in answers"
VERSION_ID = "id of this version in recommendation ids"
SOME = 50  # items in the histories of the warm-up where the model reads histories of any length


class ServingModule(KnownItems):
    """Recommends from what `scores` gives; a subclass has it.

    Args: those of `KnownItems`.

    Attributes:
        max_length: items of a history that are read, the last ones; None for all.
        item_features: raw features that describe a new item; empty where there can be none without a training.
        user_features: raw features of a user beside the history.
        similarity: a sentence on what the scores of `similar_items` are.
        network: tracks what a loaded export needs to take features; None where it takes none. Its `describe` names
            them.
        item_lists: what is searched for the best items; None for all items.
    """

    max_length: int | None = None
    item_features: tuple[FeatureInput, ...] = ()
    user_features: tuple[FeatureInput, ...] = ()
    similarity = "The scores are those after a history of the item alone."
    network: tf.Module | None = None
    item_lists: ListSearch | None = None

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Scores of all items after histories: indices [B, L] int32, 0 anywhere -> [B, size] float32."""
        raise NotImplementedError

    def searched_vectors(self) -> np.ndarray:
        """Vectors whose products with queries are the scores of the items, votes apart: [size, D] float32.

        Raises:
            InputError: by default: where scores are nothing of the kind.
        """
        raise InputError("index is 'ivf', and this model's scores are no products of vectors: leave it out.")

    def asked(self, seen: tf.Tensor) -> Asked:
        """Queries and votes that the scores after histories [B, L] int32 are made of, if `searched_vectors` has any."""
        raise NotImplementedError

    def search_in_lists(self, request: IvfRequest) -> None:
        """Searches for the best items approximately from now on, where that is faster.

        Raises:
            InputError: as `searched_vectors`, or if the request's histories are no lists of ids, or hold no known item.
        """
        self.item_lists = fitted_lists(self, self.searched_vectors(), self._popularity, request)

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor | None:
        """Vectors whose cosines say how alike items are: [B, N] int32 -> [B, N, D] float32, zeros where 0.

        None, as by default, where the model has none.
        """
        return None

    def scores_of(self, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Scores of some items after histories that are not empty.

        Args:
            history: [B, L] int32, 0 anywhere.
            items: [B, N] int32.

        Returns:
            [B, N] float32.
        """
        return tf.gather(self.scores(history), items, batch_dims=1)

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """How like each of some items the others are: indices [B] int32 -> [B, size] float32.

        By default what they score after the item alone.
        """
        return self.scores(items[:, None])

    def facts(self) -> dict[str, object]:
        """Facts about the export for the model card."""
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
        """Note of the model card on new items."""
        return NEW_ITEMS_BY_FEATURES if self.item_features else NEW_ITEMS_BY_TRAINING

    @property
    def reach(self) -> int | None:
        """How many of the last items of a history can do anything for a score; None for all."""
        return self.max_length

    @property
    def examples(self) -> tuple[str, ...]:
        """Some ids, the most popular first."""
        return tuple(item.decode() for item in self._ids[: self.max_length or SOME].numpy())

    @property
    def longest_example(self) -> int:
        """Items in the longest history of the warm-up."""
        return self.max_length or len(self.examples)

    def signatures(self) -> list[Signature]:
        """Signatures of the export."""
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
        """The best items after histories of ids [B, L], without those of `masked`.

        Args:
            history: the histories.
            exclude: [B, E] ids that must not be recommended; None for none.
            k: how many, at most the number of items; None for `k_max`.
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
        """What must not be recommended: the history, unless seen items are kept, and what a request excludes.

        Args:
            seen: [B, L] int32, the histories.
            exclude: [B, E] ids; None for none.

        Returns:
            [B, M] int32.
        """
        kept = seen[:, :0] if self.keep_seen else seen
        return kept if exclude is None else tf.concat([kept, self.lookup(exclude)], axis=1)

    def scores_or_popularity(self, seen: tf.Tensor) -> tf.Tensor:
        """As `scores`, the popularity where a history holds no item."""
        return self.or_popularity(self.scores(seen), tf.reduce_any(seen != PADDING, axis=1))
