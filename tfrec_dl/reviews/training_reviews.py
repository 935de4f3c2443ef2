"""Fitted state of a rating model: ids, ratings and tokens of the training reviews, and the known words."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf
from pydantic import TypeAdapter

from tfrec_dl.errors import InputError
from tfrec_dl.features.text_cnn import TextCNN, unread_texts
from tfrec_dl.files import replacing, write_json
from tfrec_dl.reviews.documents import Documents
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.text_encoder import BLOCK
from tfrec_dl.runs.run_files import checked, read_json

KNOWN_WORDS: TypeAdapter[list[str]] = TypeAdapter(list[str])
REVIEWS, WORDS = "reviews.parquet", "words.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TrainingReviews:
    """Training reviews in the form that a model reads.

    Attributes:
        documents: users, items and ratings.
        tokens: [n, T] int32 tokens of the texts, right-padded with 0; unknown words are 1.
        words: word of each token; padding is "" and unknown is "[UNK]".
    """

    documents: Documents
    tokens: np.ndarray
    words: list[str]


def learn_training_reviews(config: TextCNN, reviews: Reviews) -> TrainingReviews:
    """Determines the known words of training reviews, and reads every text once.

    Args:
        config: which words are known, and how many words of a text are read.
        reviews: training part.
    """
    documents = Documents.of(reviews)
    preparation = config.preparation(config.learn(documents.texts))
    blocks = [documents.texts[start : start + BLOCK] for start in range(0, len(documents), BLOCK)]
    tokens = np.concatenate([preparation(tf.constant(block, tf.string)).numpy() for block in blocks]).astype(np.int32)
    if report := unread_texts(documents.texts, tokens):
        logger.info("reviews: %s", report)
    return TrainingReviews(documents, tokens, preparation.get_vocabulary())


def save_training_reviews(data: TrainingReviews, folder: Path) -> None:
    """Writes `words.json` and `reviews.parquet`; each file appears only once it is complete.

    Raises:
        InputError: if the folder is not writable.
    """
    documents = data.documents
    write_json(folder / WORDS, data.words)
    frame = pd.DataFrame(
        {
            "user_id": documents.user_ids[documents.users - 1],
            "item_id": documents.item_ids[documents.items - 1],
            "rating": documents.ratings,
            "tokens": list(data.tokens),
        }
    )
    with replacing(folder / REVIEWS) as temporary:
        frame.to_parquet(temporary, index=False)


def load_training_reviews(folder: Path) -> TrainingReviews:
    """Reads files written by `save_training_reviews`; the texts themselves are not stored.

    Raises:
        InputError: if a file is missing or damaged.
    """
    words = checked(KNOWN_WORDS, read_json(folder / WORDS), folder / WORDS, "a list of words")
    try:
        frame = pd.read_parquet(folder / REVIEWS)
        users, user_ids = pd.factorize(frame["user_id"].to_numpy(object))
        items, item_ids = pd.factorize(frame["item_id"].to_numpy(object))
        tokens = np.stack(frame["tokens"].to_list()).astype(np.int32)
        ratings = frame["rating"].to_numpy(np.float32)
    except (OSError, ValueError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{folder / REVIEWS} cannot be read ({reason}): the run is damaged, train it again."
        ) from error
    texts = np.full(len(ratings), "", dtype=object)
    documents = Documents(
        user_ids, item_ids, (users + 1).astype(np.int32), (items + 1).astype(np.int32), ratings, texts
    )
    return TrainingReviews(documents, tokens, words)
