"""Approximate search of the best items: in a few lists; where that does not do, in all items."""

import json
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.search_lists import Found, StoredLists, search_lists

ANY = np.iinfo(np.int32).max  # histories
NOTHING = "{}"
MANY = 8  # of all items: places and masked items together are more than one in so many, so that all are searched


class ListSearch(tf.Module):
    """The best items among those with votes and those of the lists whose centres score highest.

    Args:
        lists: the items.
        popularity: [size] float32, the scores where a history holds no item.
        probes: lists that a search reads beside the overflow, from 1 to all.
        most_histories: rows of the largest batch that is searched so, `ANY` for all; exactly is faster above.
        measured: facts of the model card on recall and time, as JSON.
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
        # Variables, for they are chosen by what a search of this very graph finds, and how fast.
        self.probes = tf.Variable(probes, trainable=False, name="probes")
        self.most_histories = tf.Variable(most_histories, trainable=False, name="most_histories")
        self.contents = tf.function(self._contents, input_signature=[])

    @tf.autograph.experimental.do_not_convert  # most of the time of tracing
    def best(
        self,
        asked: Callable[[], Asked],
        has_history: tf.Tensor,
        masked: tf.Tensor,
        k: int,
        exactly: Callable[[], Found],
    ) -> Found:
        """The k best items of each row, the masked ones left out.

        All items are searched for batches above `most_histories`, where many are masked, and where a row is short or
        its scores are not finite: so it is short only where no item is left.

        Args:
            asked: what the search is asked, of B histories.
            has_history: [B] bool; where not, the popular items are the best.
            masked: [B, M] int32, as for `top_k`.
            k: places.
            exactly: searches all items.

        Returns:
            As `top_k`.
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
        """As `best`, in the lists alone: 0 and `LOWEST_SCORE` at places that no item of theirs is left for."""
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
        """Facts for the model card."""
        added = f", and {self.overflow:,} items that were added since" if self.overflow else ""
        return {
            "search": f"in lists of like items, {int(self.probes):,} of {self.count:,}{added}",
            **json.loads(self.measured),
        }

    def _contents(self) -> dict[str, tf.Tensor]:
        """What `extended` takes over into the next version."""
        return {
            "members": self._members,
            "starts": self._starts,
            "centres": self._centres,
            "rows": self._rows,
            "probes": self.probes,
            "most_histories": self.most_histories,
            "measured": tf.constant(self.measured),
        }
