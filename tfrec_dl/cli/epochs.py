"""Display of epochs during training."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tfrec_dl.cli.console import console

BAR, LINE = 1, 2  # values of Keras's `verbose`


@contextmanager
def shown_epochs(steps: bool = True) -> Iterator[dict[str, Any]]:
    """Provides arguments for `train` and `compare` that show epochs: bars on a terminal, one line per epoch elsewhere.

    Args:
        steps: whether steps can be watched, which not every strategy allows. If not, Keras's own bar is shown.

    Yields:
        The arguments `callbacks` and `verbose`.
    """
    if not sys.stdout.isatty() or not steps:
        yield {"callbacks": (), "verbose": BAR if sys.stdout.isatty() else LINE}
        return
    from tfrec_dl.cli.epoch_bars import EpochBars

    bars = EpochBars(console())
    try:
        yield {"callbacks": (bars,), "verbose": 0}
    finally:
        bars.close()
