"""Encoders: causal networks from a history to one state a position."""

from typing import Annotated

from pydantic import Field

from tfrec_dl.encoders.caser import Caser
from tfrec_dl.encoders.markov_path import MarkovPath
from tfrec_dl.encoders.next_it_net import NextItNet
from tfrec_dl.encoders.precision import Precision, computing_in
from tfrec_dl.encoders.recurrent import GRU, LSTM, SimpleRNN
from tfrec_dl.encoders.sequence import sequence_encoder
from tfrec_dl.encoders.user_only import UserOnly
from tfrec_dl.retrieval.autoencoder.encoder import autoencoder

Body = Annotated[SimpleRNN | LSTM | GRU | Caser | NextItNet | UserOnly, Field(discriminator="name")]

__all__ = [
    "GRU",
    "LSTM",
    "Body",
    "Caser",
    "MarkovPath",
    "NextItNet",
    "Precision",
    "SimpleRNN",
    "UserOnly",
    "autoencoder",
    "computing_in",
    "sequence_encoder",
]
