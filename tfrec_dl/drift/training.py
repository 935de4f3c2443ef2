"""What an export knows of its training: its metrics, its profile, and whether it recommends seen items."""

import json
from dataclasses import dataclass
from pathlib import Path

from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.serving.card import CARD_FOLDER, ModelCard

STAGE = "retrieval"  # a two-stage export keeps the facts about its first stage under this name
KEPT = "are recommended again"  # text in the model card if items of the history are recommended


@dataclass(frozen=True)
class Training:
    """Profile, metrics and split of the training, as stored in an export.

    Attributes:
        profile: profile of the training data; None if there is none.
        metrics: maps names to values on the test cases, with seen items recommended or not, as the export does; empty
            if that was not measured.
        split: how the test cases were held out; None if unknown.
    """

    profile: TrainingProfile | None
    metrics: dict[str, Estimate]
    split: str | None

    @classmethod
    def read(cls, version: Path) -> "Training":
        """Reads the model card and the profile in a version folder.

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
    """Returns the part of the metrics that treats seen items as the export does: leaves them out, or not."""
    configuration = card.configuration.get(STAGE, {}) if staged else card.configuration
    trained = bool(configuration.get("training", {}).get("keep_seen", False))
    if keeps_seen(version):
        return "test" if trained else "test_keep_seen"
    return "test_mask_seen" if trained else "test"  # nothing is ever measured under the first name


def keeps_seen(version: Path) -> bool:
    """Returns whether an export recommends items of the history again, as its model card says."""
    path = version / CARD_FOLDER / "model_card.json"
    facts = json.loads(path.read_text(encoding="utf-8")).get("model", {}) if path.exists() else {}
    return KEPT in facts.values()
