"""Metrics of predicted conversions, after clicks and over all impressions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.resampling import Ratios
from tfrec_dl.ranking.metrics.checks import binary, codes, probabilities, same_length
from tfrec_dl.ranking.metrics.ranked_lists import rank_lists
from tfrec_dl.ranking.metrics.report import ClickReport
from tfrec_dl.ranking.metrics.summary import summarised

ALSO = ("auc", "group_auc", "log_loss", "normalised_entropy", "calibration_error", "calibration_ratio")


@dataclass(frozen=True, eq=False)
class ConversionReport:
    """Conversions in the rows of a click report.

    Attributes:
        clicks: rows with the predicted probability of a click (CTR), which define the order of the lists.
        predicted: [R] probability of a conversion given a click (CVR), for every row, clicked or not.
        converted: [R], 1 if the click led to a conversion, otherwise 0.

    Raises:
        InputError: if probabilities are outside [0, 1], labels are neither 0 nor 1, a row converts without a click,
            there is no click, or the numbers of rows differ.
    """

    clicks: ClickReport
    predicted: np.ndarray
    converted: np.ndarray

    def __post_init__(self) -> None:
        predicted, converted = probabilities(self.predicted, "predicted"), binary(self.converted, "converted")
        same_length(clicks=self.clicks.labels, predicted=predicted, converted=converted)
        object.__setattr__(self, "predicted", predicted)
        object.__setattr__(self, "converted", converted)
        clickless = np.flatnonzero(converted > self.clicks.labels)
        if len(clickless):
            raise InputError(
                f"{len(clickless)} rows convert without a click, the first is row {clickless[0]}: a conversion rate "
                "here is the rate given a click, so mark them as clicked or as not converted"
            )
        if not self.clicks.labels.any():
            raise InputError(f"0 of {len(predicted)} rows are clicked: a conversion rate needs clicks")

    @cached_property
    def given_click(self) -> ClickReport:
        """Returns a report on the clicked rows, with the conversion as label and its probability as prediction."""
        rows, clicks = self.clicks.labels > 0.0, self.clicks
        return replace(
            clicks,
            predicted=self.predicted[rows],
            labels=self.converted[rows],
            lists=clicks.lists[rows],
            users=clicks.users[rows],
            score=None,
        )

    @cached_property
    def over_impressions(self) -> ClickReport:
        """Returns a report on all rows, with the conversion as label and CTR times CVR as prediction."""
        return replace(self.clicks, predicted=self.clicks.predicted * self.predicted, labels=self.converted, score=None)

    def summary(self) -> dict[str, float]:
        """Returns flat metrics, each with "/low" and "/high" as in `ClickReport.summary`.

        - `cvr`: conversions over clicks; `predicted_cvr`: what the two probabilities promise, the
          sum of CTR times CVR over the sum of CTR. Both of all rows, and `cvr@k`, `predicted_cvr@k` of the k best
          rows of each list.
        - `cvr_auc`, `cvr_log_loss` and so on: of the probability given a click, over the clicked rows.
        - `ctcvr_auc`, ...: of CTR times CVR, over all rows.
        """
        clicks = self.clicks
        lists, users = codes(clicks.lists, "lists"), codes(clicks.users, "users")
        scores = clicks.predicted if clicks.score is None else clicks.score
        ranked = rank_lists(scores, clicks.labels, lists)
        both = clicks.predicted * self.predicted
        rows = {"cvr": (self.converted, clicks.labels), "predicted_cvr": (both, clicks.predicted)}
        for k in clicks.cutoffs:
            shown = ranked.within(k)
            rows[f"cvr@{k}"] = (self.converted * shown, clicks.labels * shown)
            rows[f"predicted_cvr@{k}"] = (both * shown, clicks.predicted * shown)
        flat = summarised(Ratios(users, rows), clicks.user_count, clicks.seed)
        for prefix, report in (("cvr", self.given_click), ("ctcvr", self.over_impressions)):
            found = report.summary()
            flat |= {f"{prefix}_{key}": value for key, value in found.items() if key.split("/")[0] in ALSO}
        return flat
