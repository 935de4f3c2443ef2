"""Tables of interactions -> checked interactions -> splits of packed histories -> training batches.

The names listed in `__init__.pyi` are imported when they are asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
