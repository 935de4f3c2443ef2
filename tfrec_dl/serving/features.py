"""Names and shapes of raw features in requests."""

import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError


@dataclass(frozen=True)
class FeatureInput:
    """A feature, and the input of a signature that takes its raw values.

    Attributes:
        feature: its name in the catalogue.
        kind: its kind there.
        name: of the input: the feature's name made an identifier.
    """

    feature: str
    kind: Kind
    name: str

    @property
    def spec(self) -> tf.TensorSpec:
        """[N] string, [N] float32 for a number, [N, H, W, 3] uint8 for a picture."""
        if self.kind == "image":
            return tf.TensorSpec([None, None, None, 3], tf.uint8, self.name)
        return tf.TensorSpec([None], tf.float32 if self.kind == "number" else tf.string, self.name)


def feature_inputs(kinds: Mapping[str, Kind], reserved: Collection[str] = ()) -> tuple[FeatureInput, ...]:
    """Names the inputs.

    Args:
        kinds: feature -> kind.
        reserved: names of the signature's other inputs.

    Raises:
        InputError: if two features come to the same name, or one to a reserved name.
    """
    found: dict[str, FeatureInput] = {}
    for feature, kind in kinds.items():
        name = _identifier(feature)
        taken = {known.lower(): known for known in (*reserved, *found)}.get(name.lower())
        if taken is not None:
            other = f"feature {found[taken].feature!r}" if taken in found else f"input {taken!r}"
            raise InputError(
                f"feature {feature!r} is called {name!r} in requests, as is the {other}: rename the feature."
            )
        found[name] = FeatureInput(feature, kind, name)
    return tuple(found.values())


def _identifier(feature: str) -> str:
    """The name with anything but ASCII letters, digits and "_" replaced; TensorFlow takes no other as input names."""
    name = re.sub(r"\W", "_", feature, flags=re.ASCII).strip("_")
    if not name or name[0].isdigit():
        name = f"feature_{name}".rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) or name == "self" else name
