"""Base class of loaded exports that recommend: calls signatures on limited numbers of rows."""

from collections.abc import Callable, Mapping
from numbers import Integral

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.names import RANK, RATINGS, RECOMMEND_EXCLUDING, RECOMMEND_RANKED, SERVING_DEFAULT
from tfrec_dl.serving.recommendations import Recommendations, recommendations

ROWS_AT_ONCE = 256
SCORES_AT_ONCE = 1 << 25  # rows x items, 4 bytes each; with many items, fewer rows are sent at once

Outputs = Mapping[str, tf.Tensor]


class LoadedRecommender:
    """A loaded export that recommends.

    Args:
        export: loaded export.

    Attributes:
        folder: the version folder it was loaded from.
        k_max: maximum number of recommendations per history.

    Raises:
        InputError: if the export recommends nothing.
    """

    def __init__(self, export: LoadedExport) -> None:
        self.folder = export.folder
        self._export = export  # keeps alive what the signatures read
        self._signatures = signatures = export.signatures
        if RANK in signatures and RECOMMEND_RANKED not in signatures:
            raise InputError(f"{self.folder} ranks candidates that it is given: load it with load_ranker.")
        if SERVING_DEFAULT in signatures and set(signatures[SERVING_DEFAULT].structured_outputs) == {RATINGS}:
            raise InputError(f"{self.folder} predicts ratings: load it with tfrec_dl.reviews.load_ratings.")
        if SERVING_DEFAULT not in signatures or RECOMMEND_EXCLUDING not in signatures:
            names = sorted(signatures)
            raise InputError(f"{self.folder} holds the signatures {names}, which are not a tfrec_dl export's.")
        self.k_max = int(signatures[SERVING_DEFAULT].structured_outputs["scores"].shape[1])

    def __repr__(self) -> str:
        """Describes the export in one line."""
        return (
            f"{type(self).__name__}({str(self.folder)!r}, {self._export.size - FIRST_ITEM:,} items, k_max {self.k_max})"
        )

    def _signature(self, name: str) -> Callable[..., Outputs]:
        """Returns a signature that older exports lack.

        Raises:
            InputError: if this export lacks it.
        """
        if name not in self._signatures:
            raise InputError(
                f"{self.folder} has no signature {name}: it was written by an earlier version, export it again."
            )
        function: Callable[..., Outputs] = self._signatures[name]
        return function

    def _check(self, k: int) -> None:
        if not isinstance(k, Integral) or not 1 <= k <= self.k_max:
            raise InputError(
                f"k is {k!r}, but this export gives 1 to {self.k_max} recommendations (its k_max, or all its items)."
            )

    def _in_parts(self, outputs: Callable[[slice], Outputs], rows: int, k: int) -> list[Recommendations]:
        """Calls a signature on limited numbers of rows at a time."""
        found: list[Recommendations] = []
        step = max(1, min(ROWS_AT_ONCE, SCORES_AT_ONCE // self._export.size))
        for start in range(0, rows, step):
            found += recommendations(outputs(slice(start, start + step)), k)
        return found
