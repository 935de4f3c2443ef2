"""Model cards of finished runs."""

from pathlib import PurePath
from typing import Any

from tfrec_dl.families.second_stage import learnt
from tfrec_dl.retrieval.warm_start.start import lineage
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard

SPLITS = {
    "cold-start": "cold start: a fifth of the items is held out completely to test on and a twentieth to validate on; "
    "of what remains each user's last interaction is the test case, the one before it validation; "
    "the rest is trained on",
    "leave-last-out": "leave-last-out: each user's last interaction is the test case, the one before it validation; "
    "the rest is trained on",
    "random": "random: a fifth of each user's interactions, sampled at random, is tested on, a tenth validated on; "
    "the rest is trained on, whether it came before or after",
    "temporal": "temporal: the latest interactions are tested on, those before them validated on; "
    "the rest is trained on",
}


def run_card(run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
    """Fills in a model card from a finished run.

    The card names the table's file without its path, because the card is passed on.

    Args:
        run: the run.
        data_terms: terms of use of the data.
        **facts: other attributes of the card, for example `data`, which replace those of the run.

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
        f"with {items}{_lineage(run)}",
        "data_terms": data_terms,
        "data_fingerprint": config["data_fingerprint"],
        "split": SPLITS[run.source.split] + learnt(run),
        "metrics": run.metrics(),
        "configuration": _without_folders(run.recipe.to_dict()),
        "plugins": tuple(config.get("plugins", ())),
        "versions": config["versions"],
        "report": run.report,
    }
    return ModelCard(**{**known, **facts})


def _without_folders(values: dict[str, Any]) -> dict[str, Any]:
    """Removes the folders of earlier runs from a recipe and its members, because the card is passed on."""
    nested = {name: _without_folders(each) if isinstance(each, dict) else each for name, each in values.items()}
    return {name: None if name == "warm_start" else each for name, each in nested.items()}


def _lineage(run: RunFolder) -> str:
    """Describes the runs that this one started from; empty if there are none."""
    starts = [
        f"{each['interactions']:,} interactions ({each['data_fingerprint'][:12]})" for each in lineage(run.folder)
    ]
    return f"; it continued from trainings on {', then '.join(starts)}" if starts else ""
