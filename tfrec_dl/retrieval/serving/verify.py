"""Verifies the vectors that an export computes from raw features."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.serving.compare_answers import largest_difference, within_tolerance
from tfrec_dl.serving.feature_tables import as_catalogue, embed_features
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.names import EMBED_ITEM_FEATURES, EMBED_ITEMS


def verify_item_features(model: RetrievalModel, version: Path, items: Catalogue) -> float:
    """Compares `embed_item_features` with the Python model, and for items known only by features with the index.

    Args:
        model: the content or hybrid model that was exported.
        version: the version folder.
        items: raw features of some items.

    Returns:
        The largest difference between components of vectors, relative where they exceed 1.

    Raises:
        VerificationError: if it is above 1e-5.
    """
    inputs = feature_inputs(model.item_tower.kinds)
    signatures = tf.saved_model.load(str(version)).signatures
    items = as_catalogue(items, inputs, "item_id")
    vectors = embed_features(signatures[EMBED_ITEM_FEATURES], inputs, items)
    raw = {each.feature: tf.constant(items.columns[each.feature], each.spec.dtype) for each in inputs}
    indices = model.vocabulary.encode(items.ids)
    by_features = (indices >= FIRST_ITEM) & (model.vocabulary.item_counts[indices] == 0)
    rows = signatures[EMBED_ITEMS](item_ids=tf.constant(items.ids[by_features], tf.string))["vectors"].numpy()
    expected = np.concatenate([model.item_tower.vectors_of(raw).numpy(), rows])
    found = np.concatenate([vectors, vectors[by_features]])
    return within_tolerance(EMBED_ITEM_FEATURES, largest_difference(expected, found))
