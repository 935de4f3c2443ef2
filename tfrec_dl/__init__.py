"""Deep-learning recommenders on TensorFlow, from a table of interactions to recommendations in TF Serving.

Importing the package selects Keras 2 and loads nothing else. Each public name, listed in `__init__.pyi`, loads its
module when it is first used.
"""

from typing import Any

import lazy_loader

from tfrec_dl._keras import select_keras_2
from tfrec_dl._moved_modules import find_moved_modules

select_keras_2()
find_moved_modules()

__version__ = "0.1.0"

_public, _, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __getattr__(name: str) -> Any:
    """Returns a public name, or one that has moved."""
    if name in __all__:
        return _public(name)
    if name.startswith("__"):  # Python's own names, requested at every import
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tfrec_dl.moved import moved

    return moved(name)


def __dir__() -> list[str]:
    """Lists the public names."""
    return sorted(__all__)
