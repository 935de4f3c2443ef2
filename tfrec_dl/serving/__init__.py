"""SavedModels for TF Serving: publishing versions with signatures and warm-up requests, and loading exports.

The names listed in `__init__.pyi` are imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
