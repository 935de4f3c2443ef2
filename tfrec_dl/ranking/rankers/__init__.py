"""Rankers: networks from an impression's fields to one vector, from which each head reads its logit."""

from typing import Annotated

from pydantic import Field

from tfrec_dl.ranking.rankers.conv_ncf import ConvNCF
from tfrec_dl.ranking.rankers.dcn import DCN
from tfrec_dl.ranking.rankers.deep_fm import DeepFM
from tfrec_dl.ranking.rankers.din import DIN
from tfrec_dl.ranking.rankers.wide_and_deep import WideAndDeep

Ranker = Annotated[WideAndDeep | DCN | DeepFM | ConvNCF | DIN, Field(discriminator="name")]

__all__ = ["DCN", "DIN", "ConvNCF", "DeepFM", "Ranker", "WideAndDeep"]
