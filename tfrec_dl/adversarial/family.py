"""The families of adversarial training, in which the recommender is a generator trained against a discriminator."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.adversarial.build import generator_recipe
from tfrec_dl.adversarial.cfgan import CFGAN
from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.adversarial.irgan import IRGAN
from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.adversarial.outcome import read_outcome
from tfrec_dl.adversarial.train import train_adversarial
from tfrec_dl.data.dataset import Source
from tfrec_dl.encoders.gru import GRU
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.family import Family
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import START, gain_lines, gain_section
from tfrec_dl.recipes.families import FAMILIES, family_named
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.configuration import WHOLE_HISTORIES, ModelConfig, TrainingConfig
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_run import trained_model
from tfrec_dl.retrieval.task import RetrievalTask
from tfrec_dl.runs.run_folder import RunFolder

PARTS = ("generator", "discriminator")


class AdversarialFamily(Family):
    """A generator trained against a discriminator after pre-training.

    Attributes:
        needs_discriminator: whether the discriminator is a recommender, pre-trained like the generator.
    """

    training = TrainingConfig
    task = RetrievalTask()
    is_adversarial = True
    needs_discriminator: ClassVar[bool]
    settings_note = "generator and discriminator can be names of recipes; a setting applies to each of them that has it"

    @abstractmethod
    def build(
        self, recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None
    ) -> AdversarialModel:
        """Builds the model that trains both; see `build_adversarial`."""

    def check(self, recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
        """Rejects what cannot be trained, before anything is read."""
        super().check(recipe, source, strategy)
        if recipe.training.warm_start is not None:
            raise InputError(
                f"{recipe.name!r} cannot continue from a run (warm_start): train it from scratch, or continue a "
                "single network."
            )
        generator, discriminator = recipe.model.generator, recipe.model.separate_discriminator()
        for network in (generator, discriminator):
            if network is not None:
                family_named(network).check_features(network, source.items)
                self.check_network(network, source)
        if discriminator is not None and generator.name != discriminator.name:
            raise InputError(
                f"the generator is of family {generator.name!r}, the discriminator of {discriminator.name!r}: "
                "choose an autoencoder for both, or for none."
            )

    def check_network(self, network: Any, source: Source) -> None:
        """Raises InputError if a network does not suit this training; by default, if it does not score by history."""
        family_named(network).check_histories(network)

    def train(
        self,
        recipe: Recipe,
        dataset: Any,
        folder: Path,
        callbacks: Sequence[tf.keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        """Trains a recipe into a folder."""
        train_adversarial(recipe, dataset, folder, callbacks, verbose)

    def model(self, run: RunFolder) -> RetrievalModel:
        """Returns the trained generator of a run."""
        return trained_model(generator_recipe(run.recipe), run)

    def reads_item_features(self, recipe: Recipe) -> bool:
        """Whether its networks can use item features."""
        generator = generator_recipe(recipe)
        return bool(generator.family.reads_item_features(generator))

    def lines(self, run: RunFolder) -> list[RunFolder]:
        """Returns the run, and the run of its generator before adversarial training."""
        return [run, Run.open(run.folder / START)]

    def outcome(self, run: RunFolder) -> list[str]:
        """Says which generator is kept, and what adversarial training added."""
        kept = read_outcome(run.folder)["kept_epoch"]
        which = f"after epoch {kept} of adversarial training" if kept else "as it was before adversarial training"
        return [f"kept: the generator {which}", *gain_lines(run.metrics(), "adversarial training")]

    def sections(self, run: RunFolder) -> list[Section]:
        """Returns report sections on what adversarial training changed, and which generator was kept."""
        outcome = read_outcome(run.folder)
        kept = outcome["kept_epoch"]
        which = f"as it was after epoch {kept}" if kept else "as it was before"
        lines = [
            f"{outcome['epochs']} epochs of adversarial training; based on validation, the generator is kept {which}."
        ]
        if outcome.get("stopped") is not None:
            lines.append(f"Stopped: {outcome['stopped']}")
        return [replace(gain_section(run.metrics(), "What adversarial training changed"), text=lines)]

    def settings(self, recipe: Recipe) -> dict[str, Any]:
        """Returns the settings of a recipe, with its networks named after their own recipes."""
        networks = {f"model.{part}": getattr(recipe.model, part, None) for part in PARTS}
        named = {
            part: name
            for part, network in networks.items()
            for name, other in RECIPES.items()
            if network is not None and other.model == network
        }
        others = {
            name.removesuffix(".name"): value
            for name, value in super().settings(recipe).items()
            if not name.startswith(tuple(networks))
        }
        return {**named, **others}


@FAMILIES.register("irgan")
class IRGANFamily(AdversarialFamily):
    """A policy over items trained against a discriminator of items."""

    config = IRGANConfig
    needs_discriminator = True

    def recipes(self) -> Iterable[Recipe]:
        """Yields a recipe with two GRUs."""
        yield Recipe("irgan", "Wang et al., SIGIR 2017", IRGANConfig(ModelConfig(GRU()), ModelConfig(GRU())))

    def build(
        self, recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None
    ) -> AdversarialModel:
        """Builds the model that trains both."""
        if discriminator is None:
            raise InputError(f"{recipe.name!r} does not train these networks adversarially: it needs two.")
        return IRGAN(generator, discriminator, recipe.model.adversarial_training, recipe.training.seed)


@FAMILIES.register("cfgan")
class CFGANFamily(AdversarialFamily):
    """Purchase vectors of an autoencoder, trained against a discriminator of vectors."""

    config = CFGANConfig
    needs_discriminator = False

    def recipes(self) -> Iterable[Recipe]:
        """Yields a recipe with Mult-DAE as the generator."""
        yield Recipe("cfgan", "Chae et al., CIKM 2018", CFGANConfig(), WHOLE_HISTORIES)

    def check_network(self, network: Any, source: Source) -> None:
        """Rejects what an autoencoder cannot read from this data; it may read an item's users."""
        family_named(network).check_columns(network, source)

    def build(
        self, recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None
    ) -> AdversarialModel:
        """Builds the model that trains both."""
        if not isinstance(generator, AutoencoderModel):
            raise InputError(f"{recipe.name!r} does not train these networks adversarially: it needs an autoencoder.")
        return CFGAN(generator, recipe.model.adversarial_training, recipe.training.seed)
