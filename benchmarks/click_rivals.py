"""What a practitioner would rank clicks with instead: LightGBM and logistic regression, on a ranker's own features.

Each model returns the log-odds of a click for every impression in the table. All choices are made on the validation
part.
"""

from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from scipy import sparse, special
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.ranking.baselines.smoothed_rates import SmoothedRates
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.metrics.report import ClickReport

TREES, PATIENCE = 600, 30
FEW = 100  # values: whole columns of cities and filters made every trial worse on validation
COMMON = 20  # training impressions a category needs for a column of its own
PENALTIES = (0.01, 0.1, 1.0)


def report(log_odds: np.ndarray, split: ImpressionSplit, rows: np.ndarray) -> ClickReport:
    """Of the log-odds [n] of a whole table, some rows."""
    table = split.impressions
    return ClickReport(
        special.expit(log_odds[rows].astype(np.float64)),
        table.labels[CLICK][rows],
        table.lists[rows],
        table.users[rows],
        log_odds[rows],
    )


def competing(log_odds: np.ndarray, lists: np.ndarray) -> np.ndarray:
    """Log-odds [n] of what a softmax over each list makes of log-odds or scores."""
    highest = pd.Series(log_odds).groupby(lists).transform("max").to_numpy()
    odds = np.exp(log_odds - highest)
    others = pd.Series(odds).groupby(lists).transform("sum").to_numpy() - odds
    return np.log(odds + 1e-12) - np.log(others + 1e-6)


def item_popularity(split: ImpressionSplit) -> np.ndarray:
    """The click rates of items."""
    return _rates(split, split.impressions.items)


def shown_order(split: ImpressionSplit, positions: np.ndarray) -> np.ndarray:
    """The click rates of positions: the order in which the list was shown."""
    return _rates(split, positions.astype(np.int64))


def logistic_regression(split: ImpressionSplit, features: Catalogue) -> np.ndarray:
    """Numbers standardised, missing ones at the mean with a column that says so; one column a category."""
    train, labels = split.train, split.impressions.labels[CLICK]
    parts = []
    for name, kind in features.kinds.items():
        values = features.columns[name]
        if kind == "number":
            scaled = StandardScaler().fit(values[train, None]).transform(values[:, None])
            missing = np.isnan(scaled)
            parts += [sparse.csr_matrix(np.nan_to_num(scaled))]
            parts += [sparse.csr_matrix(missing.astype(np.float32))] if missing.any() else []
        elif kind == "category":
            encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=COMMON)
            parts.append(encoder.fit(values[train, None]).transform(values[:, None]))
        else:
            counter = CountVectorizer(tokenizer=lambda text: text.split(SEPARATOR), token_pattern=None, binary=True)
            counter.min_df = COMMON
            parts.append(counter.fit(values[train]).transform(values))
    matrix = sparse.hstack(parts, format="csr")
    fitted = [LogisticRegression(C=c, max_iter=300).fit(matrix[train], labels[train]) for c in PENALTIES]
    found = [model.decision_function(matrix) for model in fitted]
    return max(found, key=lambda log_odds: report(log_odds, split, split.validation).means()["auc"])


def boosted_trees(
    split: ImpressionSplit,
    features: Catalogue,
    objective: str,
    trials: int,
    positions: np.ndarray | None = None,
    threads: int = 1,
) -> tuple[np.ndarray, dict[str, Any]]:
    """LightGBM's best of some random trials, by validation AUC ("binary") or NDCG ("lambdarank").

    Args:
        split: the impressions.
        features: one row an impression.
        objective: "binary" or "lambdarank".
        trials: how many.
        positions: [n], which half of the trials learn from and have held constant when they predict; None for none.
        threads: of LightGBM.

    Returns:
        Log-odds, of lambdarank its scores, [n]; the settings of the trial.
    """
    trees = _Trees(split, features, objective, positions, threads)
    labels, lists = split.impressions.labels[CLICK][split.validation], split.impressions.lists[split.validation]
    best: tuple[float, lightgbm.Booster | None, dict[str, Any]] = (-np.inf, None, {})
    for trial in range(trials):
        drawn = _drawn(np.random.default_rng(trial), positions is not None)
        model = trees.fitted(drawn)
        scores = trees.predicted(model, drawn, split.validation)
        means = ClickReport(special.expit(scores), labels, lists, lists, scores).means()
        figure = means["auc" if objective == "binary" else "ndcg"]
        print(f"{objective}, trial {trial}: AUC {means['auc']:.4f}, NDCG {means['ndcg']:.4f} ({drawn})", flush=True)
        if figure > best[0]:
            best = (figure, model, drawn)
    assert best[1] is not None
    return trees.predicted(best[1], best[2], np.arange(len(split.impressions))), best[2]


def _drawn(rng: np.random.Generator, with_positions: bool) -> dict[str, Any]:
    """The settings of a trial."""
    return {
        "categories": str(rng.choice(["none", "few values"])),
        "position": bool(with_positions and rng.random() < 0.5),
        "learning_rate": float(rng.choice([0.03, 0.05, 0.1])),
        "num_leaves": int(rng.choice([15, 31, 63])),
        "min_data_in_leaf": int(rng.choice([20, 50, 100, 200, 400])),
        "feature_fraction": float(rng.choice([0.4, 0.6, 0.8, 1.0])),
        "bagging_fraction": float(rng.choice([0.6, 0.8, 1.0])),
        "lambda_l2": float(rng.choice([0.0, 1.0, 5.0, 20.0])),
        "lambdarank_truncation_level": int(rng.choice([5, 10, 30])),
    }


class _Trees:
    """Fits LightGBM; what it bins of a choice of columns is kept for the next trial."""

    def __init__(
        self, split: ImpressionSplit, features: Catalogue, objective: str, positions: np.ndarray | None, threads: int
    ) -> None:
        self._split, self._objective, self._positions, self._threads = split, objective, positions, threads
        self._columns = _columns(features)
        self._binned: dict[Any, tuple[lightgbm.Dataset, lightgbm.Dataset]] = {}

    def fitted(self, drawn: Mapping[str, Any]) -> lightgbm.Booster:
        train, validation = self._parts(drawn)
        settings = {name: value for name, value in drawn.items() if name not in ("categories", "position")}
        settings |= {"objective": self._objective, "bagging_freq": 1, "feature_pre_filter": False}
        settings |= {"seed": 0, "verbose": -1, "num_threads": self._threads}
        binary = self._objective == "binary"
        settings |= {"metric": "auc"} if binary else {"metric": "ndcg", "eval_at": [25]}
        stop = lightgbm.early_stopping(PATIENCE, verbose=False)
        return lightgbm.train(settings, train, TREES, [validation], callbacks=[stop])

    def predicted(self, model: lightgbm.Booster, drawn: Mapping[str, Any], rows: np.ndarray) -> np.ndarray:
        """Log-odds, or scores; a position is held at its mean."""
        table = self._columns.loc[rows, self._names(drawn)]
        if drawn["position"]:
            assert self._positions is not None
            table = table.assign(position=float(np.mean(self._positions[self._split.train])))
        found = np.asarray(model.predict(table, raw_score=True, num_threads=self._threads))
        return found

    def _parts(self, drawn: Mapping[str, Any]) -> tuple[lightgbm.Dataset, lightgbm.Dataset]:
        key = (drawn["categories"], drawn["position"])
        if key not in self._binned:
            table, labels = self._columns[self._names(drawn)], self._split.impressions.labels[CLICK]
            if drawn["position"]:
                table = table.assign(position=self._positions)
            parts: list[lightgbm.Dataset] = []
            for rows in (self._split.train, self._split.validation):
                lists = self._split.impressions.lists[rows]
                ordered, groups = rows[np.argsort(lists, kind="stable")], np.unique(lists, return_counts=True)[1]
                reference = parts[0] if parts else None
                settings = {"feature_pre_filter": False, "verbose": -1, "num_threads": self._threads}
                parts.append(
                    lightgbm.Dataset(
                        table.iloc[ordered],
                        labels[ordered],
                        reference,
                        group=groups,
                        params=settings,
                        free_raw_data=False,
                    )
                )
            self._binned[key] = (parts[0], parts[1])
        return self._binned[key]

    def _names(self, drawn: Mapping[str, Any]) -> list[str]:
        most = FEW if drawn["categories"] == "few values" else 0
        return [
            name
            for name, values in self._columns.items()
            if not isinstance(values.dtype, pd.CategoricalDtype) or len(values.cat.categories) <= most
        ]


def _columns(features: Catalogue) -> pd.DataFrame:
    """Numbers, and whole values as categories. LightGBM wants plain names."""
    found: dict[str, Any] = {}
    for number, (name, kind) in enumerate(features.kinds.items()):
        values = features.columns[name]
        found[f"feature_{number}"] = values if kind == "number" else pd.Categorical(values)
    return pd.DataFrame(found)


def _rates(split: ImpressionSplit, keys: np.ndarray) -> np.ndarray:
    rates = SmoothedRates.tuned(keys, split.impressions.labels[CLICK], split.train, split.validation)
    found: np.ndarray = special.logit(rates.rates[keys])
    return found
