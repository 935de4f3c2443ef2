"""DeepCoNN: documents of user and item reviews, a convolutional network over words, and a factorization machine.

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
    """Configuration of the network; its defaults were chosen on the validation parts of Amazon Musical Instruments.

    Unlike in the paper, the score includes a user bias and an item bias, as in NARRE (Chen et al., WWW 2018, equation
    12), because they carry most of the signal of a rating.

    Attributes:
        text: network over the words of a review. It is shared by user and item documents, so that each review is read
            once, and its pooling is also that of the documents. Its own dropout is off, because it would drown a mean
            over words that hardly varies between texts.
        reader: how reviews are combined into a document.
        dimension: width of the user and item vectors.
        factors: number of factors of the factorization machine that joins them.
        dropout: share of a document's components set to zero in training.
        output: map from the score to a rating, including the strength of the biases' prior.
    """

    text: TextCNN = TextCNN(max_tokens=64, embedding=16, filters=16, token_dropout=0.0, dropout=0.0)
    reader: Annotated[Reader, Registered(READERS)] = ConcatenatedReviews()
    dimension: Annotated[int, SearchRange(8, 32, log=True)] = Field(default=16, ge=1)
    factors: Annotated[int, SearchRange(0, 8)] = Field(default=4, ge=0)
    dropout: Annotated[float, SearchRange(0.2, 0.8)] = Field(default=0.5, ge=0, lt=1)
    output: Annotated[RatingOutput, Registered(RATING_OUTPUTS)] = CumulativeLogit()
    name: Literal["deep_conn"] = "deep_conn"


def build_deep_conn(config: DeepCoNN, reviews: Reviews) -> RatingModel:
    """Builds the model for training reviews without compiling it.

    Args:
        config: configuration of the network.
        reviews: training reviews; their texts are read once, here.

    Raises:
        InputError: if the ratings do not suit the output.
    """
    model = build_rating_model(config, learn_training_reviews(config.text, reviews))
    standardise(model.text_encoder, model.tokens)
    return model


def build_rating_model(config: DeepCoNN, data: TrainingReviews) -> RatingModel:
    """Builds the model without reading texts, with weights that are restored later.

    Args:
        config: configuration of the network.
        data: what was fitted on the training reviews before training.

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
    """Returns a model from documents [B, width] to vectors [B, dimension]."""
    document = tf.keras.Input([width])
    kept = ResumableDropout(config.dropout)(document) if config.dropout else document
    return tf.keras.Model(document, tf.keras.layers.Dense(config.dimension)(kept), name=name)


def _biases(users: int, items: int) -> tf.keras.Model:
    """Returns a model from user and item [B] int32 to the sum of their biases [B, 1], initially 0."""
    inputs = [tf.keras.Input([], dtype=tf.int32, name=side) for side in ("user", "item")]
    tables = [tf.keras.layers.Embedding(size, 1, embeddings_initializer="zeros") for size in (users, items)]
    each = [table(indices) for table, indices in zip(tables, inputs, strict=True)]
    return tf.keras.Model(inputs, tf.keras.layers.Add()(each), name="biases")


def _scorer(config: DeepCoNN, documents: Documents, levels: np.ndarray) -> tf.keras.Model:
    """Returns a model from user and item vectors [B, dimension] and biases [B, 1] to the outputs of `config.output`."""
    vectors = [tf.keras.Input([config.dimension], name=f"{side}_vector") for side in ("user", "item")]
    biases = tf.keras.Input([1], name="biases")
    text = FactorizationMachine(config.factors)(tf.keras.layers.Concatenate()(vectors))
    score = tf.keras.layers.Add()([text, biases])
    return tf.keras.Model([*vectors, biases], config.output.output(score, levels, documents.ratings), name="scorer")
