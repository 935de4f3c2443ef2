"""Adds validation metrics to `logs` after each epoch, where Keras's own callbacks find them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.ranks import check_cases
from tfrec_dl.metrics.metric import Metric

if TYPE_CHECKING:
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases

VALIDATION_METRICS = ("ndcg@10", "hit_rate@10", "mrr@10")


class ValidationCallback(tf.keras.callbacks.Callback):
    """Ranks the validation targets after each epoch and adds the metrics to `logs`.

    By default these are `val_ndcg@10`, `val_hit_rate@10` and `val_mrr@10`. List the callback before those that read
    them (EarlyStopping, ModelCheckpoint, CSVLogger); Keras itself puts the progress bar and History last. Only ranks
    are computed, no lists.

    Args:
        cases: validation histories and targets.
        vocabulary: vocabulary of the model; None uses `model.vocabulary`.
        metrics: metrics to compute, or their keys.
        keep_seen: whether items in the history can be recommended.
        max_users: number of users to evaluate, sampled once with `seed`; None for all.
        seed: seed of that sample.

    Raises:
        InputError: if `max_users` is below 1.
    """

    def __init__(
        self,
        cases: EvaluationCases,
        vocabulary: Vocabulary | None = None,
        metrics: Sequence[Metric | str] = VALIDATION_METRICS,
        keep_seen: bool = False,
        max_users: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if max_users is not None and max_users < 1:
            raise InputError(f"max_users is {max_users}: use at least 1, or None for all users.")
        self.cases = cases if max_users is None else _sample(cases, max_users, seed)
        self.vocabulary = vocabulary
        self.metrics = tuple(metrics)
        self.keep_seen = keep_seen
        self._scored: Any = None
        self._scorer: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Checks the cases against the model's vocabulary, before time is spent on training."""
        check_cases(self.cases, self._vocabulary())
        self._vocabulary().require_numbers_of(self.model.vocabulary, "the cases'")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Evaluates the model and adds its metrics to `logs`."""
        if self._scored is not self.model:
            self._scored, self._scorer = self.model, self.model.scorer()
        else:
            self._scorer.refresh()
        report = evaluate(self._scorer, self.cases, self._vocabulary(), self.keep_seen, self.metrics)
        if logs is not None:
            logs.update({f"val_{name}": value for name, value in report.means().items()})

    def _vocabulary(self) -> Vocabulary:
        vocabulary: Vocabulary = self.model.vocabulary if self.vocabulary is None else self.vocabulary
        return vocabulary


def _sample(cases: EvaluationCases, max_users: int, seed: int) -> EvaluationCases:
    users = len(cases.histories)
    if max_users >= users:
        return cases
    rows = np.sort(np.random.default_rng(seed).choice(users, max_users, replace=False))
    return type(cases)(cases.histories.select(rows), cases.targets.select(rows))
