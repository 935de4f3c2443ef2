"""Writes docs/parts.md and the table of recipes in README.md from the registries: python -m docs.part_tables."""

import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tfrec_dl import RECIPES, Recipe
from tfrec_dl.adversarial import ADVERSARIAL_LOSSES
from tfrec_dl.baselines.baseline import BASELINES, COLD_BASELINES
from tfrec_dl.encoders import ENCODERS
from tfrec_dl.features import CATEGORY_READERS, FUSIONS, NUMBER_READERS, PICTURE_READERS
from tfrec_dl.losses import LOSSES
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS
from tfrec_dl.metrics import METRICS
from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES
from tfrec_dl.ranking.calibration import CALIBRATIONS
from tfrec_dl.ranking.objectives.objective import CLICK_OBJECTIVES, CONVERSION_OBJECTIVES, RATING_OBJECTIVES
from tfrec_dl.ranking.rankers.ranker import RANKERS
from tfrec_dl.ranking.sharing.sharing import SHARING
from tfrec_dl.registry import Registry
from tfrec_dl.retrieval.contrastive.contrastive import CONTRASTIVE
from tfrec_dl.reviews.readers import READERS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "parts.md"
README = ROOT / "README.md"


class Kind(NamedTuple):
    """Parts of one kind.

    Attributes:
        text: below the heading.
        registries: of the parts.
        have_sources: whether a part names its source.
    """

    text: str
    registries: Sequence[Registry[Any]]
    have_sources: bool = False


KINDS = {
    "Encoders": Kind("Networks over a history.", [ENCODERS], have_sources=True),
    "Losses": Kind("Of retrieval models: `--set loss=NAME`.", [LOSSES]),
    "Contrastive terms": Kind(
        "Beside the loss of retrieval networks, off by default: `--set contrastive=NAME`.", [CONTRASTIVE]
    ),
    "Metrics": Kind("Of retrieval; those of lists with a cutoff, as in `ndcg@10`.", [METRICS]),
    "Baselines": Kind("What every retrieval model is compared with.", [BASELINES]),
    "Cold-start baselines": Kind("Beside them, among items without interactions.", [COLD_BASELINES]),
    "Ranking baselines": Kind("What every ranker is compared with, where the labels suit.", [RANKING_BASELINES]),
    "Rankers": Kind("Networks over an impression's fields.", [RANKERS], have_sources=True),
    "Sharing": Kind("What the heads of a ranker share: `--set sharing=NAME`.", [SHARING]),
    "Objectives": Kind(
        "What a ranker's head learns of its label.", [CLICK_OBJECTIVES, CONVERSION_OBJECTIVES, RATING_OBJECTIVES]
    ),
    "Calibration": Kind("From a ranker's logits to probabilities: `--set calibration=NAME`.", [CALIBRATIONS]),
    "Rating outputs": Kind("From a score to a rating: `--set output=NAME`.", [RATING_OUTPUTS]),
    "Feature readers": Kind(
        "Pictures, categories and numbers -> vectors: `--set image=NAME`, `categories=NAME`, `numbers=NAME`.",
        [PICTURE_READERS, CATEGORY_READERS, NUMBER_READERS],
    ),
    "Fusions": Kind("Several feature vectors -> one: `--set fusion=NAME`.", [FUSIONS]),
    "Review readers": Kind("Reviews -> the vector of a document: `--set reader=NAME`.", [READERS]),
    "Adversarial losses": Kind("Of generator and discriminator: `--set adversarial_loss=NAME`.", [ADVERSARIAL_LOSSES]),
}
"""Heading -> what stands below it."""


def parts_page() -> str:
    """The page of all recipes and parts."""
    recipes = [(f"`{recipe.name}`", recipe.family.task.name, recipe.source) for recipe in _our_recipes()]
    blocks = [
        "# Recipes and parts",
        "What can be named in recipes and settings. `tfrec-dl models` lists the settings of each recipe,\n"
        "`tfrec-dl models NAME` explains them; how to add a part is in [Contributing](contributing.md).\n"
        "This page is written by `python -m docs.part_tables`.",
        "## Recipes",
        "`train` and `compare` take them by name: `--model NAME`, with `--task` where that is not retrieval.",
        _table(("name", "task", "source"), recipes),
    ]
    for heading, kind in KINDS.items():
        parts = [cls for registry in kind.registries for cls in registry.classes() if _is_ours(cls)]
        rows = [(f"`{cls.name}`", _first_line(cls), *([cls.source] if kind.have_sources else [])) for cls in parts]
        header = ("name", "what it is", *(["source"] if kind.have_sources else []))
        blocks += [f"## {heading}", kind.text, _table(header, rows)]
    return "\n\n".join(blocks) + "\n"


def with_recipes(readme: str) -> str:
    """The README with its table of recipes by task, which stands between two comments."""
    tasks: dict[str, list[str]] = {}
    for recipe in _our_recipes():
        tasks.setdefault(recipe.family.task.name, []).append(f"`{recipe.name}`")
    table = _table(("task", "recipes"), [(task, ", ".join(names)) for task, names in tasks.items()])
    marked = f"<!-- recipes -->\n\n{table}\n\n<!-- end -->"
    document, count = re.subn("<!-- recipes -->.*?<!-- end -->", lambda _: marked, readme, flags=re.DOTALL)
    assert count == 1, "README.md lacks <!-- recipes -->"
    return document


def _our_recipes() -> list[Recipe]:
    """The recipes, without those that plugins' parts make."""
    registries = [registry for kind in KINDS.values() for registry in kind.registries]
    others = {cls.name for registry in registries for cls in registry.classes() if not _is_ours(cls)}
    return [recipe for name, recipe in RECIPES.items() if name not in others]


def _is_ours(part: type) -> bool:
    return part.__module__.startswith("tfrec_dl.")


def _first_line(part: type) -> str:
    """Of the docstring, as text of a table's cell."""
    line = (inspect.getdoc(part) or "").splitlines()[0]
    return re.sub(r"`[^`]*`|[|*_]", lambda found: found[0] if found[0][0] == "`" else f"\\{found[0]}", line)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows))


if __name__ == "__main__":
    PAGE.write_text(parts_page(), "utf-8")
    README.write_text(with_recipes(README.read_text(encoding="utf-8")), "utf-8")
