"""Encoders: causal networks that turn a history into one state per position.

`tfrec_dl.encoders.GRU` and the other classes are imported when they are first used.
"""

from typing import Any

from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.lazy_parts import lazily

__all__ = ["ENCODERS", "Encoder", "register"]

register = ENCODERS.register
_attribute = lazily(
    __name__,
    ENCODERS,
    {
        "markov_path": ["MarkovPath"],
        "precision": ["Precision", "computing_in"],
        "linear_recurrence": ["LinearRecurrence"],
        "residual_blocks": ["residual_blocks"],
        "sequence": ["sequence_encoder"],
    },
)


def __getattr__(name: str) -> Any:
    return _attribute(name)
