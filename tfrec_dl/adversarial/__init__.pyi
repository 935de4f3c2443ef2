"""Adversarial recommenders and GANs of pictures: a generator trained against a discriminator.

The names listed in `__init__.pyi` are imported when they are asked for.
"""

from .build import build_adversarial as build_adversarial
from .cfgan import CFGAN as CFGAN
from .configuration import CFGANConfig as CFGANConfig
from .configuration import IRGANConfig as IRGANConfig
from .irgan import IRGAN as IRGAN
from .losses import ADVERSARIAL_LOSSES as ADVERSARIAL_LOSSES
from .losses import AdversarialLoss as AdversarialLoss
from .losses import LeastSquares as LeastSquares
from .losses import Minimax as Minimax
from .losses import NonSaturating as NonSaturating
from .losses import Wasserstein as Wasserstein
from .model import AdversarialModel as AdversarialModel
from .monitor import GANMonitor as GANMonitor
from .monitor import GANMonitorConfig as GANMonitorConfig
from .pictures.conv_gan import ConvGAN as ConvGAN
from .pictures.conv_gan import ConvGANConfig as ConvGANConfig
from .pictures.fit import ConvGANTraining as ConvGANTraining
from .pictures.fit import fit_conv_gan as fit_conv_gan
from .pictures.fit import save_discriminator as save_discriminator
from .pictures.grid import PictureGrid as PictureGrid
from .pictures.monitor import PictureGANMonitor as PictureGANMonitor
from .pictures.monitor import PictureGANMonitorConfig as PictureGANMonitorConfig
from .settings import AdversarialTraining as AdversarialTraining
from .settings import CFGANTraining as CFGANTraining
from .settings import IRGANTraining as IRGANTraining
from .train import compile_adversarial as compile_adversarial
