"""iALS: matrix factorization of implicit feedback by alternating least squares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from implicit.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from tfrec_dl.baselines.baseline import BASELINES
from tfrec_dl.baselines.graph import BaselineGraph, distinct_items, frozen
from tfrec_dl.baselines.matrix import binary_matrix
from tfrec_dl.baselines.tuned import TunedBaseline, best_on_validation
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.scorer import FactorScorer
from tfrec_dl.serving.ivf.asked import Asked

ALPHAS = (1.0, 4.0, 16.0, 64.0)
REGULARIZATIONS = (1.0, 100.0)  # tried in addition to the default


class IALSGraph(BaselineGraph):
    """`IALS` inside a TensorFlow graph, which solves for each user's factor (Hu, Koren and Volinsky, equation 4).

    Args:
        item_counts: [size] training interactions by index.
        item_factors: [size, factors].
        regularization: weight of the squared norms.
        alpha: confidence of an interaction.
    """

    def __init__(
        self,
        item_counts: np.ndarray,
        item_factors: np.ndarray,
        regularization: float | np.ndarray,
        alpha: float | np.ndarray,
    ) -> None:
        super().__init__(item_counts)
        self.item_factors = frozen(item_factors)
        self.regularization = float(regularization)
        self.alpha = float(alpha)
        factors = item_factors.astype(np.float64)
        self.gram = frozen(factors.T @ factors + self.regularization * np.eye(factors.shape[1]), tf.float64)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the item factors and the two settings used to solve for a user's factor."""
        return {
            "item_factors": self.item_factors.numpy(),
            "regularization": np.array(self.regularization),
            "alpha": np.array(self.alpha),
        }

    @property
    def factors(self) -> tf.Tensor:
        """Returns the item factors."""
        return self.item_factors

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns the users' factors."""
        return Asked(self._users(history))

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        return tf.matmul(self._users(history), self.item_factors, transpose_b=True)

    def _users(self, history: tf.Tensor) -> tf.Tensor:
        """Solves for the users' factors, [B, factors] float32."""
        items, rows = distinct_items(history)
        counts = tf.math.bincount(tf.cast(rows, tf.int32), minlength=tf.shape(history)[0])
        factors = tf.RaggedTensor.from_row_lengths(tf.gather(self.item_factors, items), counts).to_tensor()
        factors = tf.cast(factors, tf.float64)  # [B, distinct items, factors], zeros for padding
        # An item of the history counts alpha times, all other items once.
        matrix = self.gram + (self.alpha - 1.0) * tf.matmul(factors, factors, transpose_a=True)
        users = tf.linalg.solve(matrix, self.alpha * tf.reduce_sum(factors, axis=1)[..., tf.newaxis])[..., 0]
        return tf.cast(users, tf.float32)


@BASELINES.register("ials")
class IALS(FactorScorer, TunedBaseline):
    """Scores by user factor · item factor (Hu, Koren and Volinsky, 2008), using `implicit`.

    The user's factor is solved from the history that is scored, so users who are not in the training data work too.

    Args:
        recommender: a fitted `AlternatingLeastSquares` over `vocabulary.size` items.
        vocabulary: the items.
    """

    place = 40
    graph_class = IALSGraph

    def __init__(self, recommender: Any, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary, recommender.item_factors)
        self.recommender = recommender

    @classmethod
    def fit(
        cls,
        train: Histories,
        vocabulary: Vocabulary,
        factors: int = 64,
        regularization: float = 10.0,
        alpha: float = 1.0,
        iterations: int = 15,
        seed: int = 0,
    ) -> IALS:
        """Factorizes the training histories.

        Args:
            train: histories to learn from.
            vocabulary: the items.
            factors: length of the vectors.
            regularization: weight of the squared norms.
            alpha: confidence of an interaction.
            iterations: alternations.
            seed: seed of the initial factors.
        """
        # implicit runs its own threads; BLAS threads inside them slow it down, and it warns about them.
        with threadpool_limits(1, "blas"):
            recommender = AlternatingLeastSquares(
                factors=factors,
                regularization=regularization,
                alpha=alpha,
                iterations=iterations,
                random_state=seed,
            )
            recommender.fit(binary_matrix(train, vocabulary.size), show_progress=False)
        return cls(recommender, vocabulary)

    @classmethod
    def tuned(
        cls, train: Histories, vocabulary: Vocabulary, validation: EvaluationCases, keep_seen: bool = False
    ) -> IALS:
        """Chooses alpha and then the regularization by NDCG@10 on validation.

        Where histories are short, an interaction must count many times, or all factors shrink to zero.
        """
        fits = (cls.fit(train, vocabulary, alpha=alpha) for alpha in ALPHAS)
        best = best_on_validation(fits, validation, vocabulary, keep_seen)
        return best_on_validation(best._otherwise_regularized(train), validation, vocabulary, keep_seen)

    def refitted(self, split: Split) -> IALS:
        """Factorizes another split's training histories with the same settings."""
        fitted = self.recommender
        return self.fit(
            split.train,
            split.vocabulary,
            factors=fitted.factors,
            regularization=fitted.regularization,
            alpha=fitted.alpha,
            iterations=fitted.iterations,
        )

    def _otherwise_regularized(self, train: Histories) -> Iterator[IALS]:
        """Yields itself, and the same model with other regularizations."""
        yield self
        for regularization in REGULARIZATIONS:
            yield self.fit(train, self.vocabulary, regularization=regularization, alpha=self.recommender.alpha)

    def queries(self, histories: Histories) -> np.ndarray:
        """Solves for the users' factors, [H, factors] float32."""
        with threadpool_limits(1, "blas"):
            matrix = binary_matrix(histories, self.vocabulary.size)
            factors: np.ndarray = self.recommender.recalculate_user(np.arange(len(histories)), matrix)
        return factors

    def graph(self) -> IALSGraph:
        """Returns a TensorFlow graph that computes the same scores."""
        fitted = self.recommender
        return IALSGraph(self.vocabulary.item_counts, self._items, fitted.regularization, fitted.alpha)
