"""What tests of readers need: a preparation that has learnt of some values, by way of the JSON of a run's folder."""

import json

import numpy as np
import tensorflow as tf
from pydantic import TypeAdapter

from tfrec_dl.features.readers import FeatureReader


def learnt(reader: FeatureReader, values: np.ndarray) -> tf.keras.layers.Layer:
    """The preparation of a reader that has learnt of raw values [n, ...], written and read as a run does."""
    adapter = TypeAdapter(reader.state_type)
    written = json.dumps(adapter.dump_python(reader.learn(values), mode="json"))
    return reader.preparation(adapter.validate_python(json.loads(written)))
