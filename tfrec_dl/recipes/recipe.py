"""A recipe: a name, a source, and everything needed to build and train the model."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from typing_extensions import Self

from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.configuration import RankingConfig, RankingTraining
from tfrec_dl.recipes.settings import FAMILIES, change, setting_at
from tfrec_dl.recipes.strict import STRICT
from tfrec_dl.retrieval.configuration import AutoencoderConfig, ModelConfig, TrainingConfig
from tfrec_dl.runs.renamed import with_new_names
from tfrec_dl.stacking.configuration import StackedConfig


def _family(config: Any) -> str:
    """The tag of a configuration or of its plain values; those of early runs have none."""
    name = config.get("name") if isinstance(config, Mapping) else getattr(config, "name", None)
    return name if isinstance(name, str) else FAMILIES[0]


class Configured:
    """A dataclass whose settings can be changed by name, and that is written as plain values and read back."""

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """A copy with some settings changed.

        Args:
            settings: setting -> value; a setting is a path such as "model.body.units", or its last part alone where
                that names one setting only (those of `content` aside). Values may be strings, as on the command line; a
                loss, what reads pictures, and the fusion may be given by name, and their own settings beside it. A
                stack's members, a generator and a discriminator may be given by the names of recipes; a setting of
                members, or of generator and discriminator, holds for all that have it unless the path names one.

        Raises:
            InputError: for a setting that does not exist, is ambiguous, or a value out of its bounds.
        """
        adapter = TypeAdapter(type(self))
        values = adapter.dump_python(self)
        change(values, settings, type(self))
        try:
            return adapter.validate_python(values)
        except ValidationError as error:
            first = error.errors()[0]
            message = first["msg"] + "." * (not first["msg"].endswith("?"))
            raise InputError(f"setting {setting_at(first['loc'])} is {first['input']!r}: {message}") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return TypeAdapter(type(self)).dump_python(self, mode="json")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The recipe that `to_dict` wrote, in this version or an earlier one.

        Raises:
            InputError: if the values do not describe a recipe.
        """
        try:
            return TypeAdapter(cls).validate_python(with_new_names(values))
        except ValidationError as error:
            raise InputError(f"not a recipe: {error.errors()[0]['msg']} at {error.errors()[0]['loc']}.") from error


@dataclass(frozen=True, config=STRICT)
class Recipe(Configured):
    """A named model.

    Attributes:
        name: as given to `train` and `compare`.
        source: the paper.
        model: the network and its loss, the stack, or the networks of adversarial training.
        training: how it is trained.
    """

    name: str
    source: str
    model: Annotated[
        Annotated[ModelConfig, Tag("retrieval")]
        | Annotated[AutoencoderConfig, Tag("autoencoder")]
        | Annotated[StackedConfig, Tag("stacked")]
        | Annotated[IRGANConfig, Tag("irgan")]
        | Annotated[CFGANConfig, Tag("cfgan")],
        Discriminator(_family),
    ]
    training: TrainingConfig = TrainingConfig()


@dataclass(frozen=True, config=STRICT)
class RankingRecipe(Configured):
    """A named ranking model.

    Attributes:
        name: as given to `train` and `compare`.
        source: the paper.
        model: the network and what it learns.
        training: how it is trained.
    """

    name: str
    source: str
    model: RankingConfig
    training: RankingTraining = RankingTraining()
