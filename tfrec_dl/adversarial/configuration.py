"""Configuration of adversarial recommenders."""

from typing import Literal

from tfrec_dl.adversarial.settings import CFGANTraining, IRGANTraining
from tfrec_dl.configurations import configuration
from tfrec_dl.retrieval.configuration import AutoencoderConfig, Network


@configuration
class IRGANConfig:
    """A generator and a discriminator of items, each any network that recommends.

    Attributes:
        generator: the recommender.
        discriminator: where it is configured as the generator is, both start from the same weights.
        adversarial_training: of both, once they are pre-trained.
        name: of the family.
    """

    generator: Network
    discriminator: Network
    adversarial_training: IRGANTraining = IRGANTraining()
    name: Literal["irgan"] = "irgan"

    def separate_discriminator(self) -> Network | None:
        """The discriminator, where it is another network than the generator."""
        return None if self.discriminator == self.generator else self.discriminator


@configuration
class CFGANConfig:
    """A generator of purchase vectors, trained against a discriminator of vectors.

    Attributes:
        generator: the recommender.
        adversarial_training: once the generator is pre-trained.
        name: of the family.
    """

    generator: AutoencoderConfig = AutoencoderConfig()
    adversarial_training: CFGANTraining = CFGANTraining()
    name: Literal["cfgan"] = "cfgan"

    def separate_discriminator(self) -> Network | None:
        """None: the discriminator of vectors is not pre-trained."""
        return None
