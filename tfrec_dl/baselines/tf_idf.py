"""TF-IDF: recommends items whose texts share words with those in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.baseline import COLD_BASELINES, ColdStartBaseline
from tfrec_dl.baselines.matrix import binary_matrix, popular_for_new_users
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


@COLD_BASELINES.register("tf_idf")
@dataclass(frozen=True, eq=False)
class TfIdf(ColdStartBaseline):
    """Scores an item by the cosine of its TF-IDF vector with the mean vector of the history's items.

    This is the content baseline. It needs texts but no training, and treats cold and warm items alike. Pazzani and
    Billsus, Content-Based Recommendation Systems (2007); vectors by scikit-learn's `TfidfVectorizer`.

    Attributes:
        vectors: [size, W] float32 CSR, rows of length 1; 0 for an item without words.
        vocabulary: the items.
    """

    place = 30

    vectors: sparse.csr_matrix
    vocabulary: Vocabulary

    @classmethod
    def fit(
        cls,
        texts: Sequence[str] | np.ndarray,
        vocabulary: Vocabulary,
        stop_words: str | None = "english",
        ngram_range: tuple[int, int] = (1, 1),
    ) -> TfIdf:
        """Counts the words; requires the extra `content`.

        A word is a run of at least two letters or digits, in lower case.

        Args:
            texts: [vocabulary.size] one text per index, for example title and plot joined; "" for padding, unknown and
                items without a text.
            vocabulary: the items.
            stop_words: "english" leaves out the most common English words; None leaves none out.
            ngram_range: smallest and largest number of consecutive words that count as one term.

        Raises:
            InputError: if scikit-learn is missing, the number of texts is not the vocabulary's size, padding or unknown
                has a text, a text is not a string, or no text has a word.
        """
        try:
            from sklearn.feature_extraction.text import TfidfVectorizer
        except ImportError as error:
            raise InputError('TF-IDF needs scikit-learn, which is missing: pip install "tfrec_dl[content]".') from error
        if len(texts) != vocabulary.size:
            raise InputError(f"{len(texts)} texts for a vocabulary of size {vocabulary.size}: pass one text per index.")
        wrong = [text for text in texts if not isinstance(text, str)]
        if wrong:
            raise InputError(f"a text is {wrong[0]!r}: pass a string, or '' if there is no text.")
        if texts[0] or texts[1]:
            raise InputError(
                f"padding and unknown have the texts {texts[0]!r:.40} and {texts[1]!r:.40}: pass '' for both."
            )
        try:
            vectors = TfidfVectorizer(dtype=np.float32, stop_words=stop_words, ngram_range=ngram_range).fit_transform(
                texts
            )
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise InputError(
                f"none of {len(texts)} texts contains a word: pass the items' titles or descriptions."
            ) from error
        return cls(sparse.csr_matrix(vectors), vocabulary)

    @classmethod
    def from_cold_split(cls, cold_split: ColdStartSplit, texts: Sequence[str] | np.ndarray) -> TfIdf:
        """Counts the words of the texts."""
        return cls.fit(texts, cold_split.vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, size] float32; new users get the popular items.

        A history whose items have no words scores 0 everywhere.
        """
        profiles = binary_matrix(histories, self.vocabulary.size) @ self.vectors
        scores = (profiles @ self.vectors.T).toarray()
        lengths = np.sqrt(np.asarray(profiles.multiply(profiles).sum(axis=1), dtype=np.float32))
        scores /= np.where(lengths > 0, lengths, 1)
        return popular_for_new_users(scores, histories, self.vocabulary)
