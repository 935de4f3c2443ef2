"""The model card that travels with an export.

Source: Mitchell et al., Model Cards for Model Reporting, FAT* 2019; the parts of it that a recommender can fill.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.training.run import installed_versions

LIMITS = (
    "Recommends only items of its training data; new items need a new training.",
    "Learns from what users did among what they were shown, and so repeats that selection and favours popular items.",
    "Expects histories oldest item first, from the same kind of users as the training data.",
    "Its metrics are offline estimates on past interactions, not effects on users.",
)
UNKNOWN_METRICS = "Unknown: the model was exported without an evaluation."


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@dataclass(frozen=True)
class ModelCard:
    """What someone has to know before using an exported model. What is None or empty, the card calls unknown.

    Attributes:
        name: of the model or its recipe.
        data: what it was trained on, with counts.
        data_terms: terms of use of the data.
        data_fingerprint: sha256 of the interactions (`Interactions.fingerprint`).
        split: how the test cases were held out.
        metrics: flat, as in metrics.json: "test/ndcg@10", with the bounds of its 95 % interval over users at
            "test/ndcg@10/low" and "test/ndcg@10/high".
        limits: what it cannot do or must not be used for, a sentence each.
        configuration: what it takes to train it again.
        versions: of the packages that made it.
        date: of the export, ISO 8601, UTC.
    """

    name: str = "recommender"
    data: str | None = None
    data_terms: str | None = None
    data_fingerprint: str | None = None
    split: str | None = None
    metrics: Mapping[str, float] = Field(default_factory=dict)
    limits: tuple[str, ...] = LIMITS
    configuration: Mapping[str, Any] = Field(default_factory=dict)
    versions: Mapping[str, str] = Field(default_factory=installed_versions)
    date: str = Field(default_factory=_now)

    def to_json(self, facts: Mapping[str, object]) -> str:
        """The card as JSON; metrics that are NaN or infinite become null.

        Args:
            facts: what the export itself knows, such as the number of items.
        """
        card = asdict(self)
        card["metrics"] = {key: value if math.isfinite(value) else None for key, value in self.metrics.items()}
        return json.dumps({**card, "model": dict(facts)}, indent=2, ensure_ascii=False, default=str) + "\n"

    def to_markdown(self, facts: Mapping[str, object]) -> str:
        """The card as Markdown.

        Args:
            facts: what the export itself knows, such as the number of items.
        """
        data = [
            f"- Data: {self.data or 'unknown'}",
            f"- Terms of the data: {self.data_terms or 'unknown'}",
            f"- Fingerprint (sha256): {self.data_fingerprint or 'unknown'}",
            f"- Split: {self.split or 'unknown'}",
        ]
        sections = {
            "Model": [f"- {key}: {value}" for key, value in facts.items()],
            "Data": data,
            "Metrics": self._metric_table(),
            "Limits": [f"- {limit}" for limit in self.limits],
            "Configuration": self._configuration_block(),
            "Versions": [f"- {package}: {version}" for package, version in self.versions.items()],
        }
        lines = [f"# {self.name}", "", f"Exported {self.date}."]
        for title, body in sections.items():
            lines += ["", f"## {title}", "", *body]
        return "\n".join(lines) + "\n"

    def _configuration_block(self) -> list[str]:
        if not self.configuration:
            return ["Unknown."]
        return ["```json", json.dumps(dict(self.configuration), indent=2, ensure_ascii=False, default=str), "```"]

    def _metric_table(self) -> list[str]:
        if not self.metrics:
            return [UNKNOWN_METRICS]
        rows = ["| metric | value | 95 % interval over users |", "|---|---|---|"]
        for key, value in self.metrics.items():
            if key.endswith(("/low", "/high")):
                continue
            low, high = self.metrics.get(f"{key}/low"), self.metrics.get(f"{key}/high")
            interval = "unknown" if low is None or high is None else f"{low:.4f} to {high:.4f}"
            rows.append(f"| {key} | {value:.4f} | {interval} |")
        return rows
