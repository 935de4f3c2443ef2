"""Retrieval losses, each from queries, targets and candidates to one loss a target."""

from typing import Annotated

from pydantic import Field

from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.gbce import GBCE
from tfrec_dl.losses.pairwise import BPR, BPRMax, TOP1Max
from tfrec_dl.losses.softmax import FullSoftmax, InBatchSoftmax, MixedSoftmax, SampledSoftmax

Loss = Annotated[
    FullSoftmax | InBatchSoftmax | SampledSoftmax | MixedSoftmax | BPR | BPRMax | TOP1Max | GBCE,
    Field(discriminator="name"),
]

__all__ = [
    "BPR",
    "GBCE",
    "BPRMax",
    "Candidates",
    "FullSoftmax",
    "InBatchSoftmax",
    "Loss",
    "MixedSoftmax",
    "SampledSoftmax",
    "TOP1Max",
]
