"""Stacking: blends the scores of several recommenders with a small model fitted on validation cases.

The names listed in `__init__.pyi` are imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
