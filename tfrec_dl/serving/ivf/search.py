"""Approximate search for the best items in a few lists, with a fallback to all items."""

import json
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.search_lists import Found, StoredLists, search_lists

ANY = np.iinfo(np.int32).max  # number of histories
NOTHING = "{}"
MANY = 8  # if places and masked items together exceed one in this many items, all items are searched


class ListSearch(tf.Module):
    """Searches among items with votes and in the lists whose centers score highest.

    Args:
        lists: lists of the items.
        popularity: [size] float32, scores after a history without items.
        probes: number of lists to read in addition to the overflow, from 1 to all.
        most_histories: largest batch that is searched in lists, `ANY` for no limit; an exact search is faster above.
        measured: facts on recall and time for the model card, as JSON.
    """

    def __init__(
        self,
        lists: ItemLists,
        popularity: tf.Variable,
        probes: int,
        most_histories: int = ANY,
        measured: str = NOTHING,
    ) -> None:
        super().__init__(name="item_lists")
        self.count = len(lists.centres)
        self.overflow = lists.overflow
        self.measured = measured
        self._popularity = popularity
        by_popularity = FIRST_ITEM + np.argsort(-popularity.numpy()[FIRST_ITEM:], kind="stable")
        self._by_popularity = tf.Variable(by_popularity.astype(np.int32), trainable=False, name="by_popularity")
        self._members = tf.Variable(lists.members, trainable=False, name="list_members")
        self._starts = tf.Variable(lists.starts, trainable=False, name="list_starts")
        self._centres = tf.Variable(lists.centres, trainable=False, name="list_centres")
        self._rows = tf.Variable(lists.rows, trainable=False, name="list_rows")
        self._places = tf.Variable(lists.places(), trainable=False, name="list_places")
        # Variables, because they are chosen by what this very graph finds, and how fast.
        self.probes = tf.Variable(probes, trainable=False, name="probes")
        self.most_histories = tf.Variable(most_histories, trainable=False, name="most_histories")
        self.contents = tf.function(self._contents, input_signature=[])

    @tf.autograph.experimental.do_not_convert  # saves most of the tracing time
    def best(
        self,
        asked: Callable[[], Asked],
        has_history: tf.Tensor,
        masked: tf.Tensor,
        k: int,
        exactly: Callable[[], Found],
    ) -> Found:
        """Returns the k best items of each row, without masked ones.

        All items are searched if the batch is larger than `most_histories`, if many items are masked, or if a row comes
        out short or its scores are not finite. A row is therefore short only if no item is left.

        Args:
            asked: input of the search for B histories.
            has_history: [B] bool; if False, the popular items are the best.
            masked: [B, M] int32, as for `top_k`.
            k: number of places.
            exactly: whether to search all items.

        Returns:
            The same as `top_k`.
        """
        batch = tf.shape(masked)[0]
        is_much = k + tf.shape(masked)[1] > tf.shape(self._rows)[0] // MANY
        found = tf.cond(
            (batch <= self.most_histories) & ~is_much,
            lambda: self.search(asked(), has_history, masked, k),
            lambda: (tf.fill([batch, k], PADDING), tf.fill([batch, k], LOWEST_SCORE)),
        )
        is_whole = tf.reduce_all((found[0] != PADDING) & tf.math.is_finite(found[1]))
        return tf.cond(is_whole, lambda: found, exactly)

    def search(self, asked: Asked, has_history: tf.Tensor, masked: tf.Tensor, k: int) -> Found:
        """Does the same as `best`, only in the lists: 0 and `LOWEST_SCORE` in places without an item of theirs."""
        stored = StoredLists(
            popularity=tf.convert_to_tensor(self._popularity),
            by_popularity=tf.convert_to_tensor(self._by_popularity),
            members=tf.convert_to_tensor(self._members),
            starts=tf.convert_to_tensor(self._starts),
            centres=tf.convert_to_tensor(self._centres),
            rows=tf.convert_to_tensor(self._rows),
            places=tf.convert_to_tensor(self._places),
            probes=tf.convert_to_tensor(self.probes),
        )
        found: Found = search_lists(stored, asked, has_history, masked, k)
        return found

    def facts(self) -> dict[str, str]:
        """Returns facts for the model card."""
        added = f", and {self.overflow:,} items that were added since" if self.overflow else ""
        return {
            "search": f"in lists of like items, {int(self.probes):,} of {self.count:,}{added}",
            **json.loads(self.measured),
        }

    def _contents(self) -> dict[str, tf.Tensor]:
        """Returns what `extended` copies to the next version."""
        return {
            "members": self._members,
            "starts": self._starts,
            "centres": self._centres,
            "rows": self._rows,
            "probes": self.probes,
            "most_histories": self.most_histories,
            "measured": tf.constant(self.measured),
        }
