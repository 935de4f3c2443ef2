"""Trains a small version of every recipe on the demo data and exports it to saved_models/RECIPE/1: `make saved-models`.

If interrupted, the same command continues. A recipe that already has an export is skipped; delete its folder to make it
again.
"""

import argparse
from pathlib import Path
from typing import Any

import tfrec_dl
from tfrec_dl.data.demo import demo_table
from tfrec_dl.data.demo_terms import DEMO_DATA, DEMO_DATA_TERMS
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import recipes_of
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.card import run_card

RECIPES = recipes_of("retrieval")
LARGEST = 3_000_000  # bytes of a version folder
MIN_COUNT = 5  # leaves out the rarer half of the films, which would take more than half of the space
SMALL = {
    "counts": False,  # transitions take megabytes
    "dimension": 16,
    "units": "32",
    "channels": 32,
    "horizontal_filters": 8,
    "training.batch_size": 32,
}
# One network; the baselines left out hold too many numbers.
SMALL_STACKS: dict[str, dict[str, Any]] = {
    "stacked": {"members": "gru", "baselines": ("popularity", "markov_chain")},
}


def small(recipe: Recipe, epochs: int | None) -> Recipe:
    """The recipe with those of the small settings that it has."""
    recipe = recipe.with_settings(SMALL_STACKS.get(recipe.name, {}))
    for name, value in SMALL.items():
        try:
            recipe = recipe.with_settings({name: value})
        except InputError as error:
            # The network has none of the name; of several, only what reads features.
            if not any(words in str(error) for words in ("there is no setting", "is ambiguous")):
                raise
    return recipe if epochs is None else recipe.with_settings({"training.epochs": epochs})


def make(name: str, out: Path, runs: Path, epochs: int | None = None, verbose: int = 2) -> Path:
    """Trains and exports one recipe.

    Args:
        name: of the recipe.
        out: the export goes to OUT/name/1.
        runs: the training goes to RUNS/name; the demo table to RUNS/ratings.csv.
        epochs: at most; None takes the recipe's own.
        verbose: as in `model.fit`.

    Returns:
        The version folder.
    """
    version = out / name / "1"
    if version.exists():
        return version
    table = runs / "ratings.csv"
    if not table.exists():
        runs.mkdir(parents=True, exist_ok=True)
        with replacing(table) as temporary:
            demo_table().to_csv(temporary, index=False)
    source = tfrec_dl.DataSource(str(table), min_count=MIN_COUNT)
    run = train_once(small(RECIPES[name], epochs), source.read(), runs / name, verbose=verbose)

    size = run.config()["data_size"]
    data = (
        f"{DEMO_DATA}: {size['interactions']:,} ratings, taken as interactions whatever their value, of "
        f"{size['users']:,} users with {size['items']:,} films; the export knows the {size['items_in_vocabulary']:,} "
        f"films with at least {MIN_COUNT} training interactions"
    )
    limits = (
        "A small model that shows the format; the settings are for its size, not for its quality.",
        *tfrec_dl.serving.ModelCard().limits,
    )
    card = run_card(run, DEMO_DATA_TERMS, data=data, limits=limits)
    exported = tfrec_dl.serving.export_saved_model(run.model(), out / name, card=card)
    taken = sum(path.stat().st_size for path in exported.rglob("*") if path.is_file())
    if taken > LARGEST:
        raise SystemExit(f"{exported} takes {taken:,} bytes, more than {LARGEST:,}: make its settings smaller.")
    print(f"{exported}: {taken:,} bytes, test NDCG@10 {run.metrics()['test/ndcg@10']:.4f}")
    return exported


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("saved_models"))
    parser.add_argument("--runs", type=Path, default=Path("build/saved_models"), help="folder of the runs")
    parser.add_argument("--epochs", type=int, help="maximum number of epochs (default: that of the recipe)")
    parser.add_argument("--recipes", nargs="*", default=list(RECIPES), choices=list(RECIPES))
    arguments = parser.parse_args()
    for recipe_name in arguments.recipes:
        make(recipe_name, arguments.out, arguments.runs, arguments.epochs)
