"""The families of retrieval networks: encoders over histories, and autoencoders."""

from collections.abc import Iterable
from typing import Any

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.encoders.encoder import ENCODERS
from tfrec_dl.features.content import Content
from tfrec_dl.recipes.families import FAMILIES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.build import CONTENT, build_autoencoder, check_no_features
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.build_network import build_network, check_kind
from tfrec_dl.retrieval.configuration import WHOLE_HISTORIES, AutoencoderConfig, ModelConfig
from tfrec_dl.retrieval.fitted_features import FittedTowers
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_family import NetworkFamily


@FAMILIES.register("retrieval")
class EncoderFamily(NetworkFamily):
    """An encoder of the history against an item tower."""

    config = ModelConfig
    model_class = RetrievalModel

    def recipes(self) -> Iterable[Recipe]:
        """A recipe for each encoder that wants one."""
        for encoder in ENCODERS.classes():
            if encoder.has_recipe:
                yield Recipe(encoder.name, encoder.source, ModelConfig(encoder()))

    def build(
        self,
        recipe: Recipe,
        vocabulary: Vocabulary,
        items: Catalogue | None,
        users: Catalogue | None,
        fitted: FittedTowers,
    ) -> RetrievalModel:
        """Builds a recipe's model, not compiled."""
        return build_network(recipe, vocabulary, items, users, fitted)

    def content(self, config: Any) -> Content:
        """What reads the features of items and users."""
        content: Content = config.content
        return content

    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError where a configuration and the items' features, or None, do not go together."""
        check_kind(config, items)


@FAMILIES.register("autoencoder")
class AutoencoderFamily(NetworkFamily):
    """An autoencoder over histories as sets."""

    config = AutoencoderConfig
    model_class = AutoencoderModel

    def recipes(self) -> Iterable[Recipe]:
        """Mult-DAE."""
        yield Recipe("mult_dae", "Liang et al., WWW 2018", AutoencoderConfig(), WHOLE_HISTORIES)

    def build(
        self,
        recipe: Recipe,
        vocabulary: Vocabulary,
        items: Catalogue | None,
        users: Catalogue | None,
        fitted: FittedTowers,
    ) -> RetrievalModel:
        """Builds a recipe's model, not compiled."""
        return build_autoencoder(recipe, vocabulary, items, users, fitted)

    def content(self, config: Any) -> Content:
        """What reads the features of users."""
        return CONTENT

    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError where features of items are given."""
        check_no_features(items)
