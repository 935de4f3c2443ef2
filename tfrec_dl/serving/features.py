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
    """A feature and the signature input that takes its raw values.

    Attributes:
        feature: name of the feature in the catalogue.
        kind: kind of the feature in the catalogue.
        name: name of the input: the feature's name made an identifier, unique among inputs.
    """

    feature: str
    kind: Kind
    name: str

    @property
    def spec(self) -> tf.TensorSpec:
        """Tensor spec: [N] string, [N] float32 for a number, or [N, H, W, 3] uint8 for a picture."""
        if self.kind == "image":
            return tf.TensorSpec([None, None, None, 3], tf.uint8, self.name)
        return tf.TensorSpec([None], tf.float32 if self.kind == "number" else tf.string, self.name)


def feature_inputs(kinds: Mapping[str, Kind], reserved: Collection[str] = ()) -> tuple[FeatureInput, ...]:
    """Names the inputs after their features, made identifiers; "_2", "_3", ... resolve duplicates.

    Features whose names are already identifiers keep them and are named first.

    Args:
        kinds: maps features to kinds.
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
    """Replaces everything but ASCII letters, digits and "_", because TensorFlow accepts no other input names."""
    name = re.sub(r"\W", "_", feature, flags=re.ASCII).strip("_")
    if not name or name[0].isdigit():
        name = f"feature_{name}".rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) or name == "self" else name
