"""What has changed since a model was trained, from its export and a table of today's interactions.

The names listed in `__init__.pyi` are imported when they are asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
