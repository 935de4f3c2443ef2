"""What an export knows of its training: metrics, profile, whether it recommends seen items."""

import json
from dataclasses import dataclass
from pathlib import Path

from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.serving.card import CARD_FOLDER, ModelCard

STAGE = "retrieval"  # under this name an export of two stages keeps what is known of the first
KEPT = "are recommended again"  # as the card's fact on items of the history says it


@dataclass(frozen=True)
class Training:
    """What an export knows of its training.

    Attributes:
        profile: of its data; None for none.
        metrics: name -> what was measured on its test cases, answered as the export answers; empty where that was not
            measured.
        split: how the test cases were held out; None where that is unknown.
    """

    profile: TrainingProfile | None
    metrics: dict[str, Estimate]
    split: str | None

    @classmethod
    def read(cls, version: Path) -> "Training":
        """Reads the card and the profile in a version folder.

        Raises:
            InputError: if either is damaged.
        """
        card = ModelCard.read(version, version.parent.name)
        staged = any(key.startswith(f"{STAGE}/") for key in card.metrics)
        prefix = f"{STAGE}/" if staged else ""
        part = prefix + _part(card, version, staged)
        metrics = {}
        for key, value in card.metrics.items():
            name = key.removeprefix(f"{part}/")
            if name != key and "/" not in name:
                metrics[name] = Estimate(value, card.metrics.get(f"{key}/low"), card.metrics.get(f"{key}/high"))
        return cls(card.profile, metrics, card.split)


def _part(card: ModelCard, version: Path, staged: bool) -> str:
    """The part of the metrics that was measured as the export answers: seen items are left out, or not."""
    configuration = card.configuration.get(STAGE, {}) if staged else card.configuration
    trained = bool(configuration.get("training", {}).get("keep_seen", False))
    if keeps_seen(version):
        return "test" if trained else "test_keep_seen"
    return "test_mask_seen" if trained else "test"  # the former was never measured


def keeps_seen(version: Path) -> bool:
    """Whether an export recommends items of the history again, as its card says."""
    path = version / CARD_FOLDER / "model_card.json"
    facts = json.loads(path.read_text(encoding="utf-8")).get("model", {}) if path.exists() else {}
    return KEPT in facts.values()
