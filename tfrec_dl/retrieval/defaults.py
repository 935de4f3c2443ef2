"""Defaults that follow from the data: what a configuration leaves open, and why it is filled in so."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.losses.full_softmax import FullSoftmax
from tfrec_dl.losses.loss import Loss
from tfrec_dl.losses.sampled_softmax import SampledSoftmax
from tfrec_dl.retrieval.configuration import ModelConfig

# Trained items up to which a softmax over all of them is the cheaper way to the same quality.
FULL_SOFTMAX_LIMIT = 20_000
# Interactions an item, on average, below which a network learns the training pairs by heart unless it is held back.
SPARSE = 30.0
DROPOUT, SPARSE_DROPOUT = 0.2, 0.5


def filled_in(config: ModelConfig, vocabulary: Vocabulary) -> ModelConfig:
    """Fills in the loss and the dropouts where a configuration leaves them open.

    The loss is a full softmax while the trained items are few. Dropout is 0.2 where items have many interactions or
    features, and 0.5 where they have few and go by their ids: there recurrent networks gain from the most (Yue et al.,
    WSDM 2024, figure 5).

    Args:
        config: as set.
        vocabulary: the items, with their training counts.
    """
    loss = default_loss(vocabulary.trained_size - FIRST_ITEM) if config.loss is None else config.loss
    # What is known of other kinds is shared between items, and not learnt by heart.
    dropout = default_dropout(vocabulary) if config.kind == "behaviour" else DROPOUT
    return replace(
        config,
        loss=loss,
        embedding_dropout=dropout if config.embedding_dropout is None else config.embedding_dropout,
        state_dropout=dropout if config.state_dropout is None else config.state_dropout,
    )


def default_loss(items: int) -> Loss:
    """The loss by the number of items with training interactions."""
    return FullSoftmax() if items <= FULL_SOFTMAX_LIMIT else SampledSoftmax()


def default_dropout(vocabulary: Vocabulary) -> float:
    """The dropout by the interactions that an item has on average."""
    return SPARSE_DROPOUT if interactions_an_item(vocabulary) < SPARSE else DROPOUT


def interactions_an_item(vocabulary: Vocabulary) -> float:
    """Training interactions of an item on average, of those that have any."""
    counts = vocabulary.item_counts[FIRST_ITEM:]
    return float(counts.sum() / max(1, np.count_nonzero(counts)))


def explained(config: ModelConfig, vocabulary: Vocabulary) -> Iterator[str]:
    """Lines on what the data decided of the network."""
    if config.kind == "behaviour" and None in (config.embedding_dropout, config.state_dropout):
        known = interactions_an_item(vocabulary)
        yield (
            f"dropout: {default_dropout(vocabulary)}, because an item has {known:,.0f} interactions on average "
            f"({SPARSE_DROPOUT} below {SPARSE:.0f}, else {DROPOUT})"
        )
