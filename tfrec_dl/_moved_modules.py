"""Modules that scripts imported by their own names before the package's rooms were laid out."""

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType

MODULES = {  # old name -> new one; "" for a folder that is gone
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
    """Finds them for `import`: a module that has the new one's names, with a DeprecationWarning that says which."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The old module's specification; None for every other name."""
        return ModuleSpec(name, MovedModules, is_package=not MODULES[name]) if name in MODULES else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """An ordinary module."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Gives the old module the new one's names."""
        if new := MODULES[module.__name__]:
            warnings.warn(f"{module.__name__} is {new} now.", DeprecationWarning, stacklevel=2)
            vars(module)["__getattr__"] = lambda name: getattr(importlib.import_module(new), name)


def find_moved_modules() -> None:
    """Lets `import` find them, before an earlier installation that has them still."""
    sys.meta_path.insert(0, MovedModules)
