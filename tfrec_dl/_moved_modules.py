"""Keeps the old names of moved modules importable."""

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType

MODULES = {  # old name -> new one; "" for a folder that no longer exists
    "tfrec_dl.data.events": "tfrec_dl.ranking.data.events",
    "tfrec_dl.data.feedback": "tfrec_dl.ranking.data.feedback",
    "tfrec_dl.data.ranking_source": "tfrec_dl.ranking.data.source",
    "tfrec_dl.data.windows": "tfrec_dl.data.training.windows",
    "tfrec_dl.evaluation.evaluate_ranking": "tfrec_dl.ranking.evaluate",
    "tfrec_dl.evaluation.off_policy": "tfrec_dl.ranking.metrics.off_policy",
    "tfrec_dl.evaluation.ranking_rows": "tfrec_dl.ranking.rows",
    "tfrec_dl.serving.ranker": "tfrec_dl.ranking.serving.ranker",
    "tfrec_dl.towers": "",
    "tfrec_dl.towers.ids": "tfrec_dl.retrieval.towers.ids",
    "tfrec_dl.training": "",
    "tfrec_dl.training.fit": "tfrec_dl.retrieval.fit",
    "tfrec_dl.training.optimisers": "tfrec_dl.runs.optimisers",
}


class MovedModules:
    """Import finder for old module names; such a module has the new one's names; its import warns."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Returns the old module's specification; None for every other name."""
        return ModuleSpec(name, MovedModules, is_package=not MODULES[name]) if name in MODULES else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """Creates an ordinary module."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Gives the old module the new one's names."""
        if new := MODULES[module.__name__]:
            warnings.warn(f"{module.__name__} is {new} now.", DeprecationWarning, stacklevel=2)
            vars(module)["__getattr__"] = lambda name: getattr(importlib.import_module(new), name)


def find_moved_modules() -> None:
    """Registers the finder, before an earlier installation that may still contain the old modules."""
    sys.meta_path.insert(0, MovedModules)
