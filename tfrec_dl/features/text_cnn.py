"""Reads text as a vector with a convolutional network over its words.

Source: Kim, Convolutional Neural Networks for Sentence Classification, EMNLP 2014.
"""

from collections import Counter
from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
import tensorflow as tf
from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.scripts import SPACELESS
from tfrec_dl.features.readers import FeatureReader
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.masking import EntryDropout, known_mask, masked_mean

WIDE_PUNCTUATION = "[\u3000-\u3003\u3008-\u301f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
PUNCTUATION = r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']"
UNKNOWN_TOKEN = 1
BLOCK = 512  # texts split into tokens at once
LONGEST_TEXT = 20_000  # bytes of a text that are read: limits the cost of one endless text


@dataclass(frozen=True)
class TextState:
    """State of a preparation of texts.

    Attributes:
        tokens: known tokens, the most frequent first.
        length: number of tokens of a text that are read.
    """

    tokens: list[str]
    length: int


@configuration
class TextCNN(FeatureReader):
    """Embeds tokens, applies parallel convolutions and pools over the text.

    Attributes:
        max_tokens: maximum number of tokens of a text that are read; fewer if the catalogue's longest text is shorter.
        vocabulary_size: maximum number of known tokens, the most frequent ones.
        min_count: number of items whose text must contain a token for it to be known.
        split: what a token is: "auto", a word, or a letter in scripts written without spaces (Han, Kana, Thai, Lao,
            Khmer, ...); "whitespace", what is between spaces; "character".
        embedding: width of a token's vector.
        kernel_sizes: number of tokens that a filter of each convolution spans.
        filters: number of filters of each convolution.
        pooling: pooling over the text: the largest value of each filter, or the mean.
        token_dropout: share of the tokens read as unknown in training.
        dropout: share of the pooled values set to zero in training.
    """

    max_tokens: int = Field(default=64, ge=1)
    vocabulary_size: int = Field(default=20_000, ge=1)
    min_count: int = Field(default=2, ge=1)
    split: Literal["auto", "whitespace", "character"] = "auto"
    embedding: int = Field(default=64, ge=1)
    kernel_sizes: tuple[PositiveInt, ...] = Field(default=(1, 3), min_length=1)
    filters: int = Field(default=64, ge=1)
    pooling: Literal["max", "average"] = "average"
    token_dropout: float = Field(default=0.2, ge=0, lt=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    state_type: ClassVar[type] = TextState

    def learn(self, values: np.ndarray) -> TextState:
        """Learns the tokens of texts [n] object (str)."""
        tokens, longest = self._count(values)
        kept = [token for token, count in tokens.most_common(self.vocabulary_size) if count >= self.min_count]
        return TextState(kept, max(1, min(self.max_tokens, longest)))

    def preparation(self, state: TextState) -> tf.keras.layers.Layer:
        """Layer, texts [N] string -> tokens [N, T] int32, right-padded with 0; unknown tokens are 1."""
        return tf.keras.layers.TextVectorization(
            standardize=_standardise_of(self.split),
            split="character" if self.split == "character" else "whitespace",
            output_sequence_length=state.length,
            # A vocabulary must not be empty; punctuation is never a token.
            vocabulary=state.tokens or ["|"],
        )

    def vector(self, tokens: tf.Tensor, size: int) -> tf.Tensor:
        """Builds the network.

        Args:
            tokens: [N, T] int32.
            size: number of known tokens, padding and unknown included.

        Returns:
            [N, filters x convolutions]; zeros for an empty text.
        """
        if self.token_dropout:
            tokens = EntryDropout(self.token_dropout)(tokens)
        known = known_mask(tokens)
        # Zeros for unknown tokens, as a convolution sees beyond the end of the text.
        embedded = tf.keras.layers.Multiply()([tf.keras.layers.Embedding(size, self.embedding)(tokens), known])
        pooled = []
        for kernel in self.kernel_sizes:
            convolution = tf.keras.layers.Conv1D(self.filters, kernel, padding="same", activation="relu")
            activations = convolution(embedded)
            if self.pooling == "max":
                # ReLU's values are not negative, so zeros at padding change no maximum.
                masked = tf.keras.layers.Multiply()([activations, known])
                pooled.append(tf.keras.layers.GlobalMaxPooling1D()(masked))
            else:
                pooled.append(masked_mean(activations, known))
        vector = tf.keras.layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]
        return ResumableDropout(self.dropout)(vector) if self.dropout else vector

    def report(self, values: np.ndarray, state: TextState) -> str:
        """Reports how many texts [n] object (str) contain no known token, and so carry no information."""
        preparation = self.preparation(state)
        blocks = [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]
        tokens = [preparation(tf.constant(block, tf.string)).numpy() for block in blocks]
        return unread_texts(values, np.concatenate(tokens)) if tokens else ""

    def _count(self, texts: np.ndarray) -> tuple[Counter[str], int]:
        """Counts the texts that each token occurs in, and the most tokens of one text."""
        counter: Counter[str] = Counter()
        longest = 0
        standardise = _standardise_of(self.split)
        split = tf.strings.unicode_split if self.split == "character" else tf.strings.split
        for start in range(0, len(texts), BLOCK):
            standard = standardise(tf.constant(texts[start : start + BLOCK], tf.string))
            ragged = split(standard, "UTF-8") if self.split == "character" else split(standard)
            for row in ragged.to_list():
                longest = max(longest, len(row))
                counter.update(list(dict.fromkeys(token.decode(errors="ignore") for token in row)))
        # Characters include spaces, and placeholders for punctuation.
        return Counter({token: count for token, count in counter.items() if token.strip()}), longest


def unread_texts(texts: np.ndarray, tokens: np.ndarray) -> str:
    """Returns what to log about texts without a known token; "" if there are none.

    Args:
        texts: [n] object (str).
        tokens: [n, T] int32, the output of a preparation.
    """
    filled = texts != ""
    unread = np.count_nonzero(filled & (tokens <= UNKNOWN_TOKEN).all(axis=1))
    return f"{unread:,} of {filled.sum():,} texts have no known token, and are read as empty" if unread else ""


def _standardise_of(split: str) -> Callable[[tf.Tensor], tf.Tensor]:
    return _letters_apart if split == "auto" else _standardised


def _standardised(texts: tf.Tensor) -> tf.Tensor:
    """Converts to lower case, without punctuation."""
    short = tf.strings.substr(texts, 0, LONGEST_TEXT)
    return tf.strings.regex_replace(tf.strings.lower(short, encoding="utf-8"), PUNCTUATION, " ")


def _letters_apart(texts: tf.Tensor) -> tf.Tensor:
    """Does the same, with spaces around each letter of a script written without spaces."""
    plain = tf.strings.regex_replace(_standardised(texts), WIDE_PUNCTUATION, " ")
    return tf.strings.regex_replace(plain, f"([{SPACELESS}])", r" \1 ")
