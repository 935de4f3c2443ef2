"""Members of a stack: centered scores from each member for every item."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.scorer import KnowsItems
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.serving.ivf.asked import Asked

BLOCK_CELLS = 2**23  # scores of all members held at once, 4 bytes each
BLOCK_ITEMS = 65_536  # history items per block, including padding


class Member(Protocol):
    """A `tf.Module` that scores the catalogue."""

    @property
    def item_vectors(self) -> tf.Variable | None:
        """Item vectors [size, D] with the bias last; None if it has none."""
        ...

    @property
    def reach(self) -> int | None:
        """Number of last history items that it reads; None for all."""

    def counted_anew(self, train: Histories) -> "Member":
        """Returns the member recounted from other histories if it is based on counts, otherwise the member itself."""
        ...

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Maps complete histories, [B, L] int32 right-padded with 0, to scores [B, vocabulary.size] float32."""
        ...

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns how similar all items are to some items, on any scale: [B] int32 -> [B, vocabulary.size] float32."""
        ...

    @property
    def factors(self) -> tf.Tensor | None:
        """See `BaselineGraph`."""

    def asked(self, history: tf.Tensor) -> Asked:
        """See `BaselineGraph`."""


class RetrievalMember(tf.Module):
    """A trained retrieval model as a member; item vectors are computed once, on creation. Users have no features.

    Args:
        model: a trained model.
    """

    def __init__(self, model: RetrievalModel) -> None:
        super().__init__()
        tables = model.tables()
        self.model = model
        self.vocabulary = model.vocabulary
        self.history_table = tf.Variable(tables.history, trainable=False)
        # Scores are relative to their mean. The vectors are centered too, so that no precision is lost to what all
        # items have in common, such as a bias of -8.
        items = np.asarray(tables.items, dtype=np.float64)
        items -= items[FIRST_ITEM : model.vocabulary.trained_size].mean(axis=0)
        self.items = tf.Variable(items.astype(np.float32), trainable=False)

    @property
    def item_vectors(self) -> tf.Variable:
        """Centered item vectors [size, D], with the bias last."""
        return self.items

    def counted_anew(self, train: Histories) -> "RetrievalMember":
        """Returns the member itself, because a network is trained, not counted."""
        return self

    @property
    def reach(self) -> int:
        """Number of history items that a query reads."""
        return int(self.model.max_length)

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Returns queries of the last `max_length` items · centered item vectors: [B, L] int32 -> [B, size] float32."""
        return tf.matmul(self.asked(history).queries, self.items, transpose_b=True)

    @property
    def factors(self) -> tf.Tensor:
        """Returns the centered item vectors, with the bias last."""
        return tf.convert_to_tensor(self.items)

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns the queries of the last `max_length` items."""
        recent = last_items(history, self.model.max_length)
        return Asked(self.model.encode(recent, tf.gather(self.history_table, recent)))

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns cosines of the centered vectors of items [B], without the bias, with every item's: [B, size]."""
        directions = tf.math.l2_normalize(self.items[:, :-1], axis=1)
        return tf.matmul(tf.gather(directions, items), directions, transpose_b=True)


class MemberScores(NamedTuple):
    """Scores of M members for C items and B users.

    Attributes:
        scores: [B, C, M] float32, relative to each member's mean over the items with training interactions.
        spread: [B, M] float32 standard deviation of each member's scores over these items.
        length: [B, 1] float32 number of items in the history.
    """

    scores: tf.Tensor
    spread: tf.Tensor
    length: tf.Tensor


class Members(tf.Module):
    """Recommenders that share one vocabulary.

    Args:
        members: maps names to members, in the order of the scores' last axis.
        vocabulary: the items.

    Raises:
        InputError: if there are no members, or one numbers the items differently.
    """

    def __init__(self, members: Mapping[str, Member], vocabulary: Vocabulary) -> None:
        super().__init__()
        if not members:
            raise InputError("a stack of 0 members: name at least one recipe or baseline.")
        for member in members.values():
            if isinstance(member, KnowsItems):
                vocabulary.require_numbers_of(member.vocabulary, "the stack's")
        self.names = tuple(members)
        self.members = tuple(members.values())
        self.vocabulary = vocabulary

    @cached_property
    def _graph(self) -> Callable[[tf.Tensor], MemberScores]:
        """Returns `member_scores` as a graph.

        This is a concrete function, because TensorFlow would treat a `tf.function` per stack as repeated retracing.
        """
        signature = [tf.TensorSpec([None, None], tf.int32)]
        graph: Any = tf.function(self.member_scores, input_signature=signature).get_concrete_function()
        return graph

    @property
    def item_vectors(self) -> tf.Variable | None:
        """Item vectors of the first member that has some, with the bias last; None if none has."""
        return next((each.item_vectors for each in self.members if each.item_vectors is not None), None)

    def member_scores(self, history: tf.Tensor) -> MemberScores:
        """Scores the whole catalogue; the scores of padding and unknown, columns 0 and 1, are meaningless.

        Args:
            history: [B, L] int32 complete histories, right-padded with 0.
        """
        # Scores of items without interactions may be extreme and would dominate mean and spread.
        trained = slice(FIRST_ITEM, self.vocabulary.trained_size)
        scores, spread = [], []
        for member in self.members:
            raw = member.catalogue_scores(history)
            mean, variance = tf.nn.moments(raw[:, trained], axes=[1], keepdims=True)
            scores.append(raw - mean)
            spread.append(tf.sqrt(variance))
        length = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        return MemberScores(tf.stack(scores, axis=2), tf.concat(spread, axis=1), tf.cast(length, tf.float32))

    @property
    def reach(self) -> int | None:
        """Number of last history items that the members read; None for all."""
        each = [member.reach for member in self.members]
        known = [reach for reach in each if reach is not None]
        return max(known) if len(known) == len(each) else None

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns the mean of the members' similarities to some items, each standardized over the items trained on.

        Args:
            items: [B] int32.

        Returns:
            [B, vocabulary.size] float32.
        """
        trained = slice(FIRST_ITEM, self.vocabulary.trained_size)
        total = 0.0
        for member in self.members:
            raw = member.similarities(items)
            mean, variance = tf.nn.moments(raw[:, trained], axes=[1], keepdims=True)
            total += tf.math.divide_no_nan(raw - mean, tf.sqrt(variance))
        return total / len(self.members)

    def blocks(self, histories: Histories) -> Iterator[tuple[np.ndarray, MemberScores]]:
        """Yields member scores for many histories, grouping those of similar length.

        Args:
            histories: H histories; empty ones are skipped.

        Yields:
            Rows of the histories, [B] int64, and their scores.
        """
        histories.require_numbers_of(self.vocabulary)
        lengths = histories.lengths
        order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
        most = max(1, BLOCK_CELLS // (self.vocabulary.size * len(self.names)))
        start = 0
        while start < len(order):
            longest = int(lengths[order[start]])
            rows = order[start : start + min(most, max(1, BLOCK_ITEMS // longest))]
            yield rows, self._graph(tf.constant(histories.select(rows).padded(longest), tf.int32))
            start += len(rows)


def last_items(history: tf.Tensor, count: int) -> tf.Tensor:
    """Returns the last `count` items of each history: [B, L] int32 -> [B, min(L, count)], both right-padded with 0."""
    lengths = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
    places = tf.maximum(lengths - count, 0) + tf.range(tf.minimum(tf.shape(history)[1], count))
    return tf.where(
        places < lengths, tf.gather(history, tf.minimum(places, tf.shape(history)[1] - 1), batch_dims=1), PADDING
    )
