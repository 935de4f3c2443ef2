"""Names and shapes of raw features in requests."""

import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain, count

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind


@dataclass(frozen=True)
class FeatureInput:
    """A feature, and the input of a signature that takes its raw values.

    Attributes:
        feature: its name in the catalogue.
        kind: its kind there.
        name: of the input: the feature's name made an identifier, and unlike any other's.
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
    """Names the inputs, each as its feature, made an identifier; "_2", "_3", ... tell apart those of one name.

    A feature that is an identifier already keeps its name before others take it.

    Args:
        kinds: feature -> kind.
        reserved: names of the signature's other inputs.
    """
    names: dict[str, str] = {}
    taken = {name.lower() for name in reserved}
    for feature in sorted(kinds, key=lambda feature: _identifier(feature) != feature or feature.lower() in taken):
        plain = _identifier(feature)
        numbered = (f"{plain}_{number}" for number in count(2))
        name = next(name for name in chain([plain], numbered) if name.lower() not in taken)
        taken.add(name.lower())
        names[feature] = name
    return tuple(FeatureInput(feature, kind, names[feature]) for feature, kind in kinds.items())


def _identifier(feature: str) -> str:
    """The name with anything but ASCII letters, digits and "_" replaced; TensorFlow takes no other as input names."""
    name = re.sub(r"\W", "_", feature, flags=re.ASCII).strip("_")
    if not name or name[0].isdigit():
        name = f"feature_{name}".rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) or name == "self" else name
