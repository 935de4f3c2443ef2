"""The model card of an export.

Source: Mitchell et al., Model Cards for Model Reporting, FAT* 2019; the parts of it that a recommender can fill.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.errors import InputError
from tfrec_dl.runs.run_config import installed_versions
from tfrec_dl.serving.signature import Signature

LIMITS = (
    "Learns from what users did among what they were shown, and so repeats that selection and favours popular items.",
    "Expects histories oldest item first, from the same kind of users as the training data.",
    "Its metrics are offline estimates on past interactions, not effects on users.",
)
CARD_FOLDER = "assets.extra"
EXAMPLES = 20  # maximum number of added ids that the card lists


def now() -> str:
    """Returns the current time as ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Addition:
    """Items added to an export without training.

    Attributes:
        date: ISO 8601, UTC.
        items: number of items.
        ids: ids of the first items.
    """

    date: str
    items: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """An update of item attributes in an export without training.

    Attributes:
        date: ISO 8601, UTC.
        items: number of items.
        attributes: names of the updated attributes.
    """

    date: str
    items: int
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class ModelCard:
    """Facts about a model for its users. Facts that are None or empty appear as unknown.

    Attributes:
        name: name of the model or its recipe.
        data: training data, with counts.
        data_terms: terms of use of the data.
        data_fingerprint: sha256 of the interactions (`Interactions.fingerprint`).
        split: how test cases were held out.
        metrics: flat mapping, as in metrics.json: "test/ndcg@10", with the bounds of its 95 % interval over users at
            "test/ndcg@10/low" and "test/ndcg@10/high".
        limits: what the model cannot do or must not be used for, one sentence each; an export adds one on new items.
        configuration: what is needed to train the model again.
        versions: versions of the packages that made it.
        date: date of the export, ISO 8601, UTC.
        plugins: modules outside the package whose parts the model uses, or that measured it.
        additions: items added by `add_items`, oldest first.
        updates: attribute updates by `update_items`, oldest first.
        profile: profile of the training data, stored in a separate file beside the card; None for none.
        report: folder and name of the run's report, which is not copied; None for none.
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
    date: str = Field(default_factory=now)
    plugins: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()
    updates: tuple[Update, ...] = ()
    profile: TrainingProfile | None = None
    report: str | None = None

    @classmethod
    def read(cls, version: Path, name: str) -> "ModelCard":
        """Reads the card in a version folder; returns a card with everything unknown if the folder has none.

        Args:
            version: version folder.
            name: name of the model, for a new card.

        Raises:
            InputError: if the card cannot be read.
        """
        path = version / CARD_FOLDER / "model_card.json"
        if not path.exists():
            return cls(name=name, profile=TrainingProfile.read(path.parent))
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            values["metrics"] = {key: math.nan if value is None else value for key, value in values["metrics"].items()}
            known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
            return cls(**known, profile=TrainingProfile.read(path.parent))
        except InputError:
            raise
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{path} is not a model card: restore it, or delete it for an empty card.") from error

    def with_added(self, ids: Sequence[str]) -> "ModelCard":
        """Returns the card of a version, dated today, that also holds these items."""
        date = now()
        return replace(self, date=date, additions=(*self.additions, Addition(date, len(ids), tuple(ids[:EXAMPLES]))))

    def to_json(self, facts: Mapping[str, object], signatures: Sequence[Signature] = ()) -> str:
        """Returns the card as JSON; NaN and infinite metrics become null.

        Args:
            facts: facts known to the export itself, such as the number of items.
            signatures: signatures of the export.
        """
        card = asdict(replace(self, profile=None))
        del card["profile"]  # stored in a separate file
        card["metrics"] = {key: value if math.isfinite(value) else None for key, value in self.metrics.items()}
        described = [
            {
                "name": each.name,
                "also": list(each.also),
                "description": each.description,
                "inputs": {name: str(info) for name, info in each.inputs.items()},
                "outputs": {name: str(info) for name, info in each.outputs.items()},
            }
            for each in signatures
        ]
        card |= {"model": dict(facts), "signatures": described, "features": feature_rows(signatures)}
        return json.dumps(card, indent=2, ensure_ascii=False, default=str) + "\n"


def feature_rows(signatures: Sequence[Signature]) -> list[dict[str, str]]:
    """Returns the raw features that signatures take: "signature", "feature", "kind" and "input" of each."""
    return [
        {"signature": each.name, "feature": info.feature.feature, "kind": info.feature.kind, "input": name}
        for each in signatures
        for name, info in each.inputs.items()
        if info.feature is not None
    ]
