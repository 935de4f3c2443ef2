"""Settings of `Transitions`."""

from pydantic import Field

from tfrec_dl.configurations import configuration


@configuration
class TransitionSettings:
    """How transitions are counted, scaled and summed.

    Attributes:
        window: largest distance between two items of a history that counts.
        skip: a pair at distance d counts `skip ** (d - 1)`.
        back: weight of a pair in reverse order: the later item is in the history, the earlier one is recommended.
        source: exponent of an item's number of interactions, by which its votes are divided.
        target: exponent of an item's number of interactions, by which votes for it are divided.
        decay: the item `d` places before the end of a history votes with weight `decay ** d`.
        order: number of last items that vote.
        repeat: every interaction counts as if the same item had followed it this many times. It sets how strongly an
            item votes for itself, which matters if items in the history can be recommended again. With 0, only
            histories in which an item does follow itself count.
    """

    window: int = Field(default=8, ge=1)
    skip: float = Field(default=0.8, gt=0, le=1)
    back: float = Field(default=0.15, ge=0, le=1)
    source: float = Field(default=0.3, ge=0, le=1)
    target: float = Field(default=0.15, ge=0, le=1)
    decay: float = Field(default=0.65, gt=0, le=1)
    order: int = Field(default=8, ge=1)
    repeat: float = Field(default=0.0, ge=0)


MARKOV_CHAIN = TransitionSettings(window=1, skip=1.0, back=0.0, source=0.5, target=0.0, decay=0.5, order=5)
"""The settings that make it a first-order Markov chain."""
