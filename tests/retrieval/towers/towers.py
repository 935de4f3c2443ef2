"""Small towers whose every reader is certain: no dropout, every token known."""

import numpy as np
import tensorflow as tf

from tests.items import items_of_every_kind, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.features.categories import Categories
from tfrec_dl.features.content import Content
from tfrec_dl.features.fusion import Concatenation
from tfrec_dl.features.image_cnn import ImageCNN
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.retrieval.towers.content_tower import ContentTower, content_tower, hybrid_tower

DIMENSION = 4
ITEMS, UNTRAINED = 12, 4
CERTAIN = Content(
    text=TextCNN(token_dropout=0.0, dropout=0.0, min_count=1, embedding=4, filters=3),
    image=ImageCNN(size=(8, 6), filters=(4,), augmentation=0.0, dropout=0.0),
    categories=Categories(dropout=0.0, min_count=1, embedding=3),
    fusion=Concatenation(units=6, dropout=0.0),
)


def shaken(model: tf.keras.Model) -> None:
    """Random weights, biases too, so that whatever is passed over shows."""
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(scale=0.5, size=weights.shape) for weights in model.get_weights()])


def small_tower(
    kind: str, items: Catalogue | None = None, id_dropout: float = 0.0, config: Content = CERTAIN
) -> ContentTower:
    """A content or hybrid tower over twelve items, of which the last four have no training interactions."""
    tf.keras.utils.set_random_seed(0)
    items = items_of_every_kind(ITEMS) if items is None else items
    vocabulary = vocabulary_of(items_of_every_kind(ITEMS).ids, UNTRAINED)
    if kind == "content":
        tower = content_tower(config, items, vocabulary, DIMENSION)
    else:
        table = tf.keras.layers.Embedding(vocabulary.trained_size, DIMENSION, name="item_embedding")
        tower = hybrid_tower(config, items, vocabulary, table, id_dropout)
    shaken(tower.network)
    return tower
