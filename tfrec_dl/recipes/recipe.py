"""A recipe: a name, a source, and everything needed to build and train the model."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from tfrec_dl.arguments import require_type
from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError, first_fault
from tfrec_dl.recipes.families import FAMILIES, family_named
from tfrec_dl.recipes.renamed import with_new_names
from tfrec_dl.recipes.settings import change, setting_at


def _model(values: Any) -> Any:
    """Returns a model's configuration, from plain values or unchanged."""
    if not isinstance(values, Mapping) and type(values) not in {family.config for family in FAMILIES.classes()}:
        message = f"a value of type {type(values).__name__} does not configure a model"
        raise PydanticCustomError("unknown_family", "{message}", {"message": message})
    try:
        family = family_named(dict(values) if isinstance(values, Mapping) else values)
    except InputError as error:
        raise PydanticCustomError("unknown_family", "{message}", {"message": str(error)}) from error
    return TypeAdapter(family.config).validate_python(values)


def _plain(config: Any, info: Any) -> Any:
    return TypeAdapter(type(config)).dump_python(config, mode=info.mode)


@configuration
class Recipe:
    """A named model with its complete configuration.

    Attributes:
        name: name as given to `train` and `compare`.
        source: paper that the model comes from.
        model: configuration of the model, as its family requires: a network and its loss, a stack, an adversarial
            training or a ranker.
        training: training configuration; None uses the family's defaults.
    """

    name: str
    source: str
    model: Annotated[Any, BeforeValidator(_model), PlainSerializer(_plain)]
    training: Annotated[Any, PlainSerializer(_plain)] = Field(default=None, validate_default=True)

    @field_validator("training", mode="before")
    @classmethod
    def _training(cls, values: Any, info: ValidationInfo) -> Any:
        """Validates the training configuration, whose class depends on the family of the model."""
        if "model" not in info.data:  # it has been refused
            return values
        training = family_named(info.data["model"]).training
        return training() if values is None else TypeAdapter(training).validate_python(values)

    @property
    def family(self) -> Any:
        """The family of the model: a `tfrec_dl.families.family.Family`."""
        return family_named(self.model)

    def with_settings(self, settings: Mapping[str, Any]) -> "Recipe":
        """Returns a copy with some settings changed.

        Args:
            settings: setting -> value. A setting is a path such as "model.body.units", or its last part if only one
                setting has it (those of `content` aside). Values may be strings, as on the command line. A loss, a
                picture reader and a fusion can be given by name, together with their own settings. Members of a stack,
                a generator and a discriminator can be given by names of recipes. A setting of members, or of generator
                and discriminator, applies to all that have it, unless the path names one.

        Raises:
            InputError: if a setting does not exist or is ambiguous, or a value is out of bounds.
        """
        require_type(settings, Mapping, "settings", 'give a dict, such as {"units": 256}')
        adapter = TypeAdapter(Recipe)
        values = adapter.dump_python(self)
        change(values, settings, (self.family.config, self.family.training))
        try:
            return adapter.validate_python(values)
        except ValidationError as error:
            first = error.errors()[0]
            message = first["msg"] + "." * (not first["msg"].endswith("?"))
            raise InputError(f"setting {setting_at(first['loc'])} is {first['input']!r}: {message}") from error

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values, for JSON."""
        values: dict[str, Any] = TypeAdapter(Recipe).dump_python(self, mode="json")
        return values

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Recipe":
        """Rebuilds the recipe from the result of `to_dict`, in this version or an earlier one.

        Raises:
            InputError: if the values do not describe a recipe.
        """
        try:
            return TypeAdapter(Recipe).validate_python(with_new_names(values))
        except ValidationError as error:
            raise InputError(f"not a recipe: {first_fault(error)}.") from error
