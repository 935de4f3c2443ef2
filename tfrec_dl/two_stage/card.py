"""Model cards of two-stage exports."""

from typing import Any

from tfrec_dl.families.training_profile import profile_of
from tfrec_dl.ranking.card import ranking_run_card
from tfrec_dl.retrieval.card import run_card
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard


def two_stage_card(retrieval: RunFolder, ranking: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills a model card from the two finished runs of a two-stage export.

    Args:
        retrieval: the run whose model finds the candidates.
        ranking: the run whose model orders them.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, which replace those of the runs.

    Raises:
        InputError: if a run is not finished.
    """
    cards = {"retrieval": run_card(retrieval), "ranking": ranking_run_card(ranking)}
    known: dict[str, Any] = {
        "name": " + ".join(card.name for card in cards.values()),
        "data_terms": data_terms,
        "metrics": {f"{stage}/{key}": value for stage, card in cards.items() for key, value in card.metrics.items()},
        "configuration": {stage: card.configuration for stage, card in cards.items()},
        "plugins": tuple(dict.fromkeys(plugin for card in cards.values() for plugin in card.plugins)),
        "versions": ranking.config()["versions"],
        "profile": profile_of(retrieval),
    }
    for name in ("data", "data_fingerprint", "split"):
        known[name] = "; ".join(f"{stage}: {getattr(card, name)}" for stage, card in cards.items())
    return ModelCard(**{**known, **facts})
