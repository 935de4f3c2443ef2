"""The text network against a plain reading of it, and texts of every sort."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.errors import InputError
from tfrec_dl.features import text_cnn
from tfrec_dl.features.text_cnn import TextCNN

CERTAIN = {"token_dropout": 0.0, "dropout": 0.0, "min_count": 1, "embedding": 4, "filters": 3}
TEXTS = ["The red rose", "the RED car, and the blue car!", "blue", "and", ""]


class Reader:
    """Texts -> vectors, with random weights, biases too."""

    def __init__(self, texts: list[str], **settings: object) -> None:
        config = TextCNN(**{**CERTAIN, **settings})
        self.preparation = learnt(config, np.array(texts, dtype=object))
        tokens = tf.keras.Input([self.tokens(texts[:1]).shape[1]], dtype=tf.int32)
        self.network = tf.keras.Model(tokens, config.vector(tokens, self.preparation.vocabulary_size()))
        generator = np.random.default_rng(0)
        self.network.set_weights([generator.normal(size=weights.shape) for weights in self.network.get_weights()])

    def tokens(self, texts: list[str]) -> np.ndarray:
        return self.preparation(tf.constant(texts, tf.string)).numpy()

    def __call__(self, *texts: str, training: bool = False) -> np.ndarray:
        return self.network(tf.constant(self.tokens(list(texts)), tf.int32), training=training).numpy()


def naive(reader: Reader, words: list[str], pooling: str) -> np.ndarray:
    """One filter and one position at a time; a word that is not known is a hole of zeros."""
    table, *convolutions = reader.network.get_weights()
    known = reader.preparation.get_vocabulary()
    embedded = [table[known.index(word)] if word in known else np.zeros(table.shape[1]) for word in words]
    pooled = []
    for kernel, bias in zip(convolutions[::2], convolutions[1::2], strict=True):
        reach = (len(kernel) - 1) // 2
        activations = []
        for position, word in enumerate(words):
            total = bias.copy()
            for step, weights in enumerate(kernel):
                at = position + step - reach
                if 0 <= at < len(words):
                    total += embedded[at] @ weights
            if word in known:
                activations.append(np.maximum(total, 0))
        pool = np.max if pooling == "max" else np.mean
        pooled.append(pool(activations, axis=0) if activations else np.zeros(len(bias)))
    return np.concatenate(pooled)


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("kernel_sizes", [(1,), (3,), (1, 2, 5)])
def test_vector_is_what_a_plain_reading_gives(pooling, kernel_sizes):
    reader = Reader(TEXTS, pooling=pooling, kernel_sizes=kernel_sizes)
    texts = {
        "The red rose": ["the", "red", "rose"],
        "the RED car, and the blue car!": ["the", "red", "car", "and", "the", "blue", "car"],
        "blue": ["blue"],
        "red ufo car": ["red", "ufo", "car"],
        "rose-red": ["rose", "red"],
    }
    for text, words in texts.items():
        np.testing.assert_allclose(reader(text)[0], naive(reader, words, pooling), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_padding_does_not_change_a_texts_vector(pooling):
    short = Reader(["red car and rose", "blue rose"], pooling=pooling)
    long = Reader(["red car and rose", "blue rose", "red red red red red red red red"], pooling=pooling)
    order = [long.preparation.get_vocabulary().index(word) for word in short.preparation.get_vocabulary()]
    table, *rest = short.network.get_weights()
    moved = np.empty_like(table)
    moved[order] = table
    long.network.set_weights([moved, *rest])
    assert short.tokens(["blue"]).shape[1] < long.tokens(["blue"]).shape[1]
    for text in ("red car and rose", "blue"):
        np.testing.assert_allclose(short(text), long(text), rtol=1e-5, atol=1e-6)


def test_unknown_words_at_the_end_change_nothing():
    reader = Reader(TEXTS)
    np.testing.assert_allclose(reader("red car ufo ufo"), reader("red car"), rtol=1e-6)
    np.testing.assert_allclose(reader("red ufo car"), reader("red comet car"), rtol=1e-6)


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("text", ["", "   ", "?!...", "ufo", "ufo comet"])
def test_text_without_a_known_word_is_the_zero_vector(text, pooling):
    np.testing.assert_array_equal(Reader(TEXTS, pooling=pooling)(text), 0)


@pytest.mark.parametrize("split", ["auto", "whitespace", "character"])
@pytest.mark.parametrize("texts", [["", "", ""], ["!?", "..."]])
def test_texts_that_are_all_empty_give_zeros_then_and_later(texts, split):
    reader = Reader(texts, split=split)
    np.testing.assert_array_equal(reader(*texts, "a word | and another"), 0)


def test_text_of_100_000_characters_is_read_as_far_as_its_first_words():
    reader = Reader(["red car " * 12_500, "blue rose"], max_tokens=16)
    assert reader.tokens(["red " * 25_000]).shape == (1, 16)
    np.testing.assert_array_equal(reader("red car " * 12_500), reader("red car " * 8))
    endless = reader("x" * 100_000, "é" * 100_000, "blue" + " " * 100_000 + "rose")
    np.testing.assert_array_equal(endless[:2], 0)
    # Batches of three and of one may be added up in another order.
    np.testing.assert_allclose(endless[2:], reader("blue"), rtol=1e-5, atol=1e-7)


def test_what_lies_beyond_the_longest_text_that_is_looked_at_is_not_learned(monkeypatch):
    monkeypatch.setattr(text_cnn, "LONGEST_TEXT", 12)
    known = Reader(["red car and blue rose", "red"]).preparation.get_vocabulary()
    assert sorted(known[2:]) == ["and", "car", "red"]


def test_characters_are_tokens_where_words_are_not_separated():
    reader = Reader(["東京の夏", "京都の冬", "夏の終わり"], split="character", kernel_sizes=(1,))
    np.testing.assert_allclose(reader("夏"), naive(reader, ["夏"], "average")[None], rtol=1e-5)
    np.testing.assert_allclose(reader("京の夏"), reader("夏の京"), rtol=1e-5)
    np.testing.assert_array_equal(reader("猫"), 0)
    assert reader.tokens(["東京の夏の終わり"]).shape == (1, 5)
    words = Reader(["東京の夏", "京都の冬"], split="whitespace")
    np.testing.assert_array_equal(words("夏"), 0)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The red car, 12 km/h!", ["the", "red", "car", "12", "km", "h"]),
        ("红色，运动iPhone15号", ["红", "色", "运", "动", "iphone15", "号"]),
        ("ランニング・シューズ", list("ランニングシューズ")),
        ("รองเท้า วิ่ง", list("รองเท้าวิ่ง")),
        ("운동화 빨강", ["운동화", "빨강"]),
    ],
)
def test_a_token_is_a_word_and_a_letter_of_scripts_without_spaces(text, tokens):
    reader = Reader([text])
    vocabulary = reader.preparation.get_vocabulary()
    assert [vocabulary[token] for token in reader.tokens([text])[0]] == tokens


def test_texts_without_a_known_token_are_counted():
    texts = np.array(["red car", "red rose", "ufo", "!", ""], dtype=object)
    config = TextCNN()
    assert config.report(texts, config.learn(texts)) == "2 of 4 texts have no known token, and are read as empty"
    assert config.report(texts[:2], config.learn(texts)) == ""


@pytest.mark.parametrize(
    ("text", "same"), [("ÉTÉ", "été"), ("ÜBER", "über"), ("ДЕНЬ", "день"), ("L'été.", "l été"), ("[UNK]", "unk")]
)
def test_case_and_punctuation_make_no_difference(text, same):
    reader = Reader(["été über день l unk", "été"])
    assert reader.tokens([text]).tolist() == reader.tokens([same]).tolist()
    assert 1 not in reader.tokens([text])


def test_word_of_too_few_texts_is_unknown_however_often_one_text_repeats_it():
    reader = Reader(["red rose rose rose", "red car", "blue red", "blue"], min_count=2)
    assert sorted(reader.preparation.get_vocabulary()[2:]) == ["blue", "red"]
    frequent = Reader(["red rose", "red car", "red blue", "blue"], vocabulary_size=1)
    assert frequent.preparation.get_vocabulary()[2:] == ["red"]


def test_hidden_words_and_components_in_training_only():
    reader = Reader(TEXTS, token_dropout=0.5, dropout=0.5)
    text = ["the red car and the blue car"] * 50
    assert len(np.unique(reader(*text, training=True), axis=0)) > 10
    np.testing.assert_allclose(reader(*text), np.repeat(reader(text[0]), 50, axis=0), rtol=1e-6)
    np.testing.assert_array_equal(reader("", "ufo", training=True), 0)


@pytest.mark.parametrize(
    "settings", [{"max_tokens": 0}, {"kernel_sizes": ()}, {"kernel_sizes": (0,)}, {"split": "word"}, {"filter": 3}]
)
def test_settings_out_of_bounds_or_unheard_of_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        TextCNN(**settings)
