"""Deep-learning recommenders on TensorFlow: from a table of interactions to recommendations in TF Serving.

Importing the package selects Keras 2 and loads nothing else; each public name, listed in `__init__.pyi`, loads its
module when it is first used.
"""

import lazy_loader

from tfrec_dl._keras import select_keras_2

select_keras_2()

__version__ = "0.1.0"

__getattr__, _, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
