"""Configuration of adversarial recommenders."""

from typing import Literal

from pydantic.dataclasses import dataclass

from tfrec_dl.adversarial.settings import CFGANGame, IRGANGame
from tfrec_dl.recipes.strict import STRICT
from tfrec_dl.retrieval.configuration import AutoencoderConfig, Network


@dataclass(frozen=True, config=STRICT)
class IRGANConfig:
    """A generator and a discriminator of items, each any network that recommends.

    Attributes:
        generator: the recommender.
        discriminator: the judge; where it is configured as the generator is, both start from the same weights.
        game: how they play, once both are pre-trained.
        name: of the family.
    """

    generator: Network
    discriminator: Network
    game: IRGANGame = IRGANGame()
    name: Literal["irgan"] = "irgan"


@dataclass(frozen=True, config=STRICT)
class CFGANConfig:
    """A generator of purchase vectors, played against a discriminator of vectors.

    Attributes:
        generator: the recommender.
        game: how they play, once the generator is pre-trained.
        name: of the family.
    """

    generator: AutoencoderConfig = AutoencoderConfig()
    game: CFGANGame = CFGANGame()
    name: Literal["cfgan"] = "cfgan"
