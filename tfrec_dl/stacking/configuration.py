"""Configuration of stacks."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tfrec_dl.baselines.baseline import BASELINES
from tfrec_dl.configurations import configuration
from tfrec_dl.names import closest
from tfrec_dl.retrieval.configuration import Network, TrainingConfig
from tfrec_dl.stacking.blender_configuration import BlenderConfig

BASELINES_OF_A_STACK = ("transitions", "popularity", "item_knn", "ials", "ease")  # used if none are named


def _check_baseline(name: str) -> str:
    if name not in BASELINES:
        message = f"no baseline is called {name!r}: {closest(name, BASELINES)}".rstrip(".")
    elif BASELINES[name].graph_class is None:
        message = f"baseline {name!r} cannot be a member, because it has no graph to serve"
    else:
        return name
    raise PydanticCustomError("baseline", "{message}", {"message": message})


def _check_member_name(name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or name in BASELINES:
        raise ValueError(
            "a member's name consists of lower-case letters, digits and _, and is not the name of a baseline"
        )
    return name


@configuration
class DeepMember:
    """A network as a member of a stack.

    Attributes:
        model: the network and its loss.
        training: training settings; None uses the stack's.
    """

    model: Network
    training: TrainingConfig | None = None


@configuration
class StackedConfig:
    """Networks and baselines whose scores are combined by a small model, the blender.

    Attributes:
        members: maps names to networks, which are trained one after the other.
        baselines: names of baselines, fitted on the training histories.
        blender: settings for fitting the blender on the validation cases.
        name: name of the family.
    """

    members: dict[Annotated[str, AfterValidator(_check_member_name)], DeepMember]
    baselines: tuple[Annotated[str, AfterValidator(_check_baseline)], ...] = BASELINES_OF_A_STACK
    blender: BlenderConfig = BlenderConfig()
    name: Literal["stacked"] = "stacked"
