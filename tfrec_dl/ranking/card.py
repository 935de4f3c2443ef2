"""Model cards of ranking runs."""

from pathlib import PurePath
from typing import Any

from tfrec_dl.families.second_stage import learnt
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard

RANKING_SPLITS = {
    "given": "given: a column of the table assigns each list to training, validation or test",
    "random": "random: lists sampled at random are for test, others for validation; the rest is for training, "
    "whether it came before or after",
    "temporal": "temporal: the latest lists are for test, those before them for validation; the rest is for training",
}


def ranking_run_card(run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills a model card from a finished ranking run.

    Args:
        run: a finished run.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, which replace those of the run.

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
        "split": RANKING_SPLITS.get(run.source.split, run.source.split) + learnt(run),
        "metrics": run.metrics(),
        "configuration": run.recipe.to_dict(),
        "plugins": tuple(config.get("plugins", ())),
        "versions": config["versions"],
        "report": run.report,
    }
    return ModelCard(**{**known, **facts})
