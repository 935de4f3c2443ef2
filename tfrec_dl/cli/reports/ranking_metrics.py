"""The metrics of a ranking run as a table."""

from collections.abc import Mapping

from rich.table import Table

from tfrec_dl.cli.console import metric_table

# Shown in this order. All other metrics are in metrics.json and in `tfrec-dl evaluate RUN --json`.
SHOWN = (
    *("auc", "group_auc", "group_auc_by_list", "log_loss", "normalised_entropy", "calibration_error"),
    *("ndcg", "ndcg@5", "ndcg@10", "mrr", "ctr", "predicted_ctr"),
    *(f"{name}@{k}" for k in (1, 5, 10) for name in ("ctr", "predicted_ctr")),
    *("cvr", "predicted_cvr", "cvr@1", "predicted_cvr@1", "cvr_auc", "ctcvr_auc", "ctcvr_log_loss"),
    *("rmse", "mae"),
)


def ranking_table(metrics: Mapping[str, float], part: str, title: str) -> Table:
    """Returns a table of the main ranking metrics.

    Args:
        metrics: keys as in metrics.json: "test/auc" with "test/auc/low" and "test/auc/high".
        part: "test" or "validation".
        title: title of the table.
    """
    ends = ("", "/low", "/high")
    names = [f"{part}/{name}{end}" for name in SHOWN for end in ends]
    return metric_table({name: metrics[name] for name in names if name in metrics}, {part: part}, title)
