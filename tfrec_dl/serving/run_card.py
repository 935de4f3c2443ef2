"""The model cards of finished runs."""

from pathlib import PurePath
from typing import Any

from tfrec_dl.serving.card import ModelCard
from tfrec_dl.training.ranking_run import RankingRun
from tfrec_dl.training.run import Run

SPLITS = {
    "cold-start": "cold start: a fifth of the items is held out completely to test on and a twentieth to validate on; "
    "of what remains each user's last interaction is the test case, the one before it validation; "
    "the rest is trained on",
    "leave-last-out": "leave-last-out: each user's last interaction is the test case, the one before it validation; "
    "the rest is trained on",
    "random": "random: a fifth of each user's interactions, drawn at random, is tested on, another tenth validated on; "
    "the rest is trained on, whether it came before or after",
    "temporal": "temporal: what came last by the clock is tested on, what came before that validated on; "
    "the rest is trained on",
}
RANKING_SPLITS = {
    "given": "given: a column of the table says what is trained on, validated on and tested on",
    "random": "random: lists drawn at random are tested on, others validated on; "
    "the rest is trained on, whether it came before or after",
    "temporal": "temporal: the lists that came last by the clock are tested on, those before them validated on; "
    "the rest is trained on",
}


def run_card(run: Run, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills a model card from a finished run.

    The table goes by its file's name, not its path, for the card travels.

    Args:
        run: the run.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, for example `data`, in place of what the run says.

    Raises:
        InputError: if the run is not finished.
    """
    config = run.config()
    size = config["data_size"]
    items = f"{size['items']:,} items"
    if size["items_in_vocabulary"] != size["items"]:
        items += f", {size['items_in_vocabulary']:,} of them in the vocabulary"
    min_count = config["data"]["min_count"]
    if min_count > 1:
        items += f" (those with at least {min_count} training interactions)"
    known: dict[str, Any] = {
        "name": run.recipe.name,
        "data": f"{PurePath(run.source.path).name}: {size['interactions']:,} interactions of {size['users']:,} users "
        f"with {items}",
        "data_terms": data_terms,
        "data_fingerprint": config["data_fingerprint"],
        "split": SPLITS[run.source.split],
        "metrics": run.metrics(),
        "configuration": run.recipe.to_dict(),
        "versions": config["versions"],
    }
    return ModelCard(**{**known, **facts})


def ranking_run_card(run: RankingRun, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills a model card from a finished ranking run.

    Args:
        run: the run.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, in place of what the run says.

    Raises:
        InputError: if the run is not finished.
    """
    config = run.config()
    size = config["data_size"]
    known: dict[str, Any] = {
        "name": run.recipe.name,
        "data": f"{PurePath(run.source.path).name}: {size['impressions']:,} impressions in {size['lists']:,} lists, of "
        f"{size['users']:,} users and {size['items']:,} items; predicts {' and '.join(run.source.feedback.labels)}",
        "data_terms": data_terms,
        "data_fingerprint": config["data_fingerprint"],
        "split": RANKING_SPLITS.get(run.source.split, run.source.split),
        "metrics": run.metrics(),
        "configuration": run.recipe.to_dict(),
        "versions": config["versions"],
    }
    return ModelCard(**{**known, **facts})


def two_stage_card(retrieval: Run, ranking: RankingRun, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills a model card from the two finished runs of a two-stage export.

    Args:
        retrieval: the run whose model finds the candidates.
        ranking: the run whose model orders them.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, in place of what the runs say.

    Raises:
        InputError: if a run is not finished.
    """
    cards = {"retrieval": run_card(retrieval), "ranking": ranking_run_card(ranking)}
    known: dict[str, Any] = {
        "name": " + ".join(card.name for card in cards.values()),
        "data_terms": data_terms,
        "metrics": {f"{stage}/{key}": value for stage, card in cards.items() for key, value in card.metrics.items()},
        "configuration": {stage: card.configuration for stage, card in cards.items()},
        "versions": ranking.config()["versions"],
    }
    for name in ("data", "data_fingerprint", "split"):
        known[name] = "; ".join(f"{stage}: {getattr(card, name)}" for stage, card in cards.items())
    return ModelCard(**{**known, **facts})
