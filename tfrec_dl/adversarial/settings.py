"""Settings of adversarial training."""

from typing import Annotated

from pydantic import Field, PositiveInt

from tfrec_dl.adversarial.losses import ADVERSARIAL_LOSSES, AdversarialLoss, LeastSquares, Minimax, no_policy
from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registered_fields import Registered


@configuration
class AdversarialTraining:
    """Settings shared by all adversarial trainings of a recommender.

    Attributes:
        adversarial_loss: losses of both, computed from the discriminator's logits.
        adversarial_epochs: maximum number of passes over the training data.
        adversarial_patience: number of epochs without a better validation NDCG@10 after which adversarial training
            ends; the pre-trained generator counts as epoch 0.
        generator_learning_rate: learning rate of the generator's Adam.
        discriminator_learning_rate: learning rate of the discriminator's Adam.
        discriminator_steps: number of discriminator steps per generator step.
        adversarial: weight of the generator's adversarial loss.
        likelihood: weight of the pre-training loss of the generator, which ties it to the data; 0 relies on the
            discriminator alone.
    """

    adversarial_loss: Annotated[AdversarialLoss, Registered(ADVERSARIAL_LOSSES)] = Minimax()
    adversarial_epochs: int = Field(default=10, ge=1)
    adversarial_patience: int = Field(default=5, ge=1)
    generator_learning_rate: Annotated[float, SearchRange(1e-5, 1e-3, log=True)] = Field(
        default=1e-4, gt=0, allow_inf_nan=False
    )
    discriminator_learning_rate: Annotated[float, SearchRange(1e-5, 1e-3, log=True)] = Field(
        default=1e-4, gt=0, allow_inf_nan=False
    )
    discriminator_steps: int = Field(default=1, ge=1)
    adversarial: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    likelihood: Annotated[float, SearchRange(0.1, 10.0, log=True)] = Field(default=1.0, ge=0, allow_inf_nan=False)


@configuration
class IRGANTraining(AdversarialTraining):
    """Settings of IRGAN's adversarial training.

    In addition to those of `AdversarialTraining`:

    Attributes:
        adversarial_loss: losses of both, computed from the discriminator's logits; the reward of a sample is minus the
            generator's loss.
        samples: number of items sampled from the policy for each query and step.
        temperature: divisor of the scores before the softmax that defines the policy.
        entropy: weight of the policy's entropy, in nats, which the generator also maximizes.
        choices: number of items among which the policy chooses at a step: all, or if there are more, this many, sampled
            anew.
    """

    adversarial_loss: Annotated[AdversarialLoss, Registered(ADVERSARIAL_LOSSES, refused=no_policy)] = Minimax()
    samples: int = Field(default=64, ge=2)
    temperature: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    entropy: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    choices: int = Field(default=20_000, ge=2)


@configuration
class CFGANTraining(AdversarialTraining):
    """Settings of CFGAN's adversarial training.

    In addition to those of `AdversarialTraining`:

    Attributes:
        adversarial_loss: losses of both, computed from the discriminator's logits.
        adversarial: weight of the generator's adversarial loss; a vector has a single adversarial loss, but its
            likelihood is a sum.
        discriminator_units: width of each of the discriminator's hidden layers.
        zero_reconstruction: share of the items a user has not interacted with whose values are pulled toward 0 at a
            step (ZR).
        zero_reconstruction_weight: weight of the squares of these values in the generator's loss (the paper's alpha).
        partial_masking: share of the items a user has not interacted with that the discriminator sees; the others are
            masked (PM). Both shares above 0 make ZP.
    """

    adversarial_loss: Annotated[AdversarialLoss, Registered(ADVERSARIAL_LOSSES)] = LeastSquares()
    adversarial: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    discriminator_units: tuple[PositiveInt, ...] = Field(default=(125,), min_length=1)
    zero_reconstruction: float = Field(default=0.7, ge=0, le=1)
    zero_reconstruction_weight: float = Field(default=0.03, ge=0, allow_inf_nan=False)
    partial_masking: float = Field(default=0.7, ge=0, le=1)
