"""Configuration of adversarial recommenders."""

from typing import Literal

from tfrec_dl.adversarial.settings import CFGANTraining, IRGANTraining
from tfrec_dl.configurations import configuration
from tfrec_dl.retrieval.configuration import AutoencoderConfig, Network


@configuration
class IRGANConfig:
    """IRGAN: generator and discriminator are both item recommenders of any kind.

    Attributes:
        generator: the recommender.
        discriminator: the discriminator; if configured like the generator, both start from the same weights.
        adversarial_training: training of both after pre-training.
        name: name of the family.
    """

    generator: Network
    discriminator: Network
    adversarial_training: IRGANTraining = IRGANTraining()
    name: Literal["irgan"] = "irgan"

    def separate_discriminator(self) -> Network | None:
        """The discriminator, if it is a different network than the generator."""
        return None if self.discriminator == self.generator else self.discriminator


@configuration
class CFGANConfig:
    """CFGAN: a generator of purchase vectors, trained against a discriminator of vectors.

    Attributes:
        generator: the recommender.
        adversarial_training: training of both after the generator is pre-trained.
        name: name of the family.
    """

    generator: AutoencoderConfig = AutoencoderConfig()
    adversarial_training: CFGANTraining = CFGANTraining()
    name: Literal["cfgan"] = "cfgan"

    def separate_discriminator(self) -> Network | None:
        """None, because the discriminator of vectors is not pre-trained."""
        return None
