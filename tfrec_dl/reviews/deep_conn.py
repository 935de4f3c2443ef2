"""DeepCoNN: two documents of reviews, a convolutional network over their words, a factorization machine on top.

Source: Zheng, Noroozi and Yu, Joint Deep Modeling of Users and Items Using Reviews for Recommendation, WSDM 2017.
"""

from typing import Annotated, Literal

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.losses.rating.cumulative_logit import CumulativeLogit
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS, RatingOutput
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registered_fields import Registered
from tfrec_dl.reviews.documents import Documents
from tfrec_dl.reviews.factorization_machine import FactorizationMachine
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.readers import READERS, ConcatenatedReviews, Reader, average, largest
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.text_encoder import standardise, text_encoder
from tfrec_dl.reviews.training_reviews import TrainingReviews, learn_training_reviews


@configuration
class DeepCoNN:
    """The network; its defaults were chosen on the validation parts of Amazon Musical Instruments.

    Beyond the paper, the score holds a bias of the user and of the item, as NARRE's does (Chen et al., WWW 2018,
    equation 12): most of the signal of a rating is there.

    Attributes:
        text: reads the words of a review; users' and items' documents share it, so that a review is read once. Its
            pooling is the documents', too. Its own dropout is off: a mean over words that hardly moves from text to
            text drowns in it.
        reader: how reviews become a document.
        dimension: width of the user's and the item's vector.
        factors: of the factorization machine that joins them.
        dropout: share of a document's components set to zero in training.
        output: from the score to a rating, with the strength of the biases' prior.
    """

    text: TextCNN = TextCNN(max_tokens=64, embedding=16, filters=16, token_dropout=0.0, dropout=0.0)
    reader: Annotated[Reader, Registered(READERS)] = ConcatenatedReviews()
    dimension: Annotated[int, SearchRange(8, 32, log=True)] = Field(default=16, ge=1)
    factors: Annotated[int, SearchRange(0, 8)] = Field(default=4, ge=0)
    dropout: Annotated[float, SearchRange(0.2, 0.8)] = Field(default=0.5, ge=0, lt=1)
    output: Annotated[RatingOutput, Registered(RATING_OUTPUTS)] = CumulativeLogit()
    name: Literal["deep_conn"] = "deep_conn"


def build_deep_conn(config: DeepCoNN, reviews: Reviews) -> RatingModel:
    """Builds the model for training reviews, not compiled.

    Args:
        config: the network.
        reviews: to learn from; their texts are read once, here.

    Raises:
        InputError: if the ratings do not suit the output.
    """
    model = build_rating_model(config, learn_training_reviews(config.text, reviews))
    standardise(model.text_encoder, model.tokens)
    return model


def build_rating_model(config: DeepCoNN, data: TrainingReviews) -> RatingModel:
    """Builds the model without reading a text, with weights that are to be restored.

    Args:
        config: the network.
        data: what was learned from the training reviews before training.

    Raises:
        InputError: if the ratings do not suit the output, or Keras's global policy is not float32.
    """
    require_float32()
    documents = data.documents
    levels = config.output.levels(documents.ratings)
    encoder = text_encoder(config.text, data.tokens.shape[1], len(data.words))
    width = encoder.output.shape[1]
    users, items = len(documents.user_ids) + 1, len(documents.item_ids) + 1
    importances = (config.reader.importance(width, items), config.reader.importance(width, users))
    towers = (_tower(config, width, "user_tower"), _tower(config, width, "item_tower"))
    biases = _biases(users, items)
    scorer = _scorer(config, documents, levels)
    pool = largest if config.text.pooling == "max" else average
    return RatingModel(
        documents, data.tokens, encoder, pool, importances, towers, biases, scorer, config.output, levels
    )


def _tower(config: DeepCoNN, width: int, name: str) -> tf.keras.Model:
    """Document [B, width] -> vector [B, dimension]."""
    document = tf.keras.Input([width])
    kept = ResumableDropout(config.dropout)(document) if config.dropout else document
    return tf.keras.Model(document, tf.keras.layers.Dense(config.dimension)(kept), name=name)


def _biases(users: int, items: int) -> tf.keras.Model:
    """User and item [B] int32 -> the sum of their biases [B, 1], 0 at first."""
    inputs = [tf.keras.Input([], dtype=tf.int32, name=side) for side in ("user", "item")]
    tables = [tf.keras.layers.Embedding(size, 1, embeddings_initializer="zeros") for size in (users, items)]
    each = [table(indices) for table, indices in zip(tables, inputs, strict=True)]
    return tf.keras.Model(inputs, tf.keras.layers.Add()(each), name="biases")


def _scorer(config: DeepCoNN, documents: Documents, levels: np.ndarray) -> tf.keras.Model:
    """User and item vectors [B, dimension], biases [B, 1] -> outputs of `config.output`."""
    vectors = [tf.keras.Input([config.dimension], name=f"{side}_vector") for side in ("user", "item")]
    biases = tf.keras.Input([1], name="biases")
    text = FactorizationMachine(config.factors)(tf.keras.layers.Concatenate()(vectors))
    score = tf.keras.layers.Add()([text, biases])
    return tf.keras.Model([*vectors, biases], config.output.output(score, levels, documents.ratings), name="scorer")
