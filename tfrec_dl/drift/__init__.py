"""Comparison of a table of today's interactions with the training of an export: what has changed since.

The names listed in `__init__.pyi` are imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
