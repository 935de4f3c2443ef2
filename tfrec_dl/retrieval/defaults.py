"""Defaults that depend on the data, filled in where a configuration leaves a setting open."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.losses.full_softmax import FullSoftmax
from tfrec_dl.losses.loss import Loss
from tfrec_dl.losses.sampled_softmax import SampledSoftmax
from tfrec_dl.retrieval.configuration import ModelConfig

# Number of trained items up to which a softmax over all of them reaches the same quality at lower cost.
FULL_SOFTMAX_LIMIT = 20_000
# Interactions per item, on average, below which a network memorizes the training pairs unless it is regularized.
SPARSE = 30.0
DROPOUT, SPARSE_DROPOUT = 0.2, 0.5


def filled_in(config: ModelConfig, vocabulary: Vocabulary) -> ModelConfig:
    """Fills in the loss and the dropouts if a configuration leaves them open.

    The loss is a full softmax if there are few trained items. Dropout is 0.2 if items have many interactions or have
    features. It is 0.5 if they have few interactions and are represented by ids: there recurrent networks benefit from
    the strongest dropout (Yue et al., WSDM 2024, figure 5).

    Args:
        config: configuration as set by the user.
        vocabulary: the items, with their training counts.
    """
    loss = default_loss(vocabulary.trained_size - FIRST_ITEM) if config.loss is None else config.loss
    # Networks of other kinds share weights between items, so they do not memorize single pairs.
    dropout = default_dropout(vocabulary) if config.kind == "behaviour" else DROPOUT
    return replace(
        config,
        loss=loss,
        embedding_dropout=dropout if config.embedding_dropout is None else config.embedding_dropout,
        state_dropout=dropout if config.state_dropout is None else config.state_dropout,
    )


def default_loss(items: int) -> Loss:
    """Returns the default loss for a number of items with training interactions."""
    return FullSoftmax() if items <= FULL_SOFTMAX_LIMIT else SampledSoftmax()


def default_dropout(vocabulary: Vocabulary) -> float:
    """Returns the default dropout for the average number of interactions per item."""
    return SPARSE_DROPOUT if interactions_an_item(vocabulary) < SPARSE else DROPOUT


def interactions_an_item(vocabulary: Vocabulary) -> float:
    """Average number of training interactions per item, among items that have any."""
    counts = vocabulary.item_counts[FIRST_ITEM:]
    return float(counts.sum() / max(1, np.count_nonzero(counts)))


def explained(config: ModelConfig, vocabulary: Vocabulary) -> Iterator[str]:
    """Yields log lines on the settings that the data decided."""
    if config.kind == "behaviour" and None in (config.embedding_dropout, config.state_dropout):
        known = interactions_an_item(vocabulary)
        yield (
            f"dropout: {default_dropout(vocabulary)}, because an item has {known:,.0f} interactions on average "
            f"({SPARSE_DROPOUT} below {SPARSE:.0f}, else {DROPOUT})"
        )
