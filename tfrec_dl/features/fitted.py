"""Fitted state of feature preprocessing: learned once from the training rows, and saved with the run."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from pydantic import TypeAdapter, ValidationError

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content, raw_input
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_files import checked, read_json

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FittedFeatures:
    """Vocabularies, means and bucket edges of the features of a table.

    Attributes:
        kinds: feature -> kind, as in `Catalogue.kinds`.
        states: feature -> plain values of its reader's `state_type`.
    """

    kinds: dict[str, Kind]
    states: dict[str, dict[str, Any]]

    @classmethod
    def fit(cls, config: Content, catalogue: Catalogue) -> FittedFeatures:
        """Learns from rows, and logs what a reader reports.

        Args:
            config: how each kind is read.
            catalogue: the training rows.
        """
        states = {}
        for name, kind in catalogue.kinds.items():
            reader, values = config.of_kind(kind), catalogue.columns[name]
            state = reader.learn(values)
            states[name] = TypeAdapter(reader.state_type).dump_python(state, mode="json")
            if report := reader.report(values, state):
                logger.info("feature %r: %s", name, report)
        return cls(dict(catalogue.kinds), states)

    def preparation(self, config: Content) -> tf.keras.Model:
        """Builds the part that is not trained: tokens, category indices, normalized numbers, pictures.

        Args:
            config: how each kind is read, the same as for `fit`.

        Returns:
            Functional model, raw features {name: [N, ...]} as in `Catalogue.columns` -> prepared features
            {name: [N, ...]}.

        Raises:
            InputError: if the states do not fit the readers.
        """
        raw, prepared = {}, {}
        for name, kind in self.kinds.items():
            reader = config.of_kind(kind)
            try:
                state = TypeAdapter(reader.state_type).validate_python(self.states[name])
            except (KeyError, ValidationError) as error:
                raise InputError(
                    f"what was learned about feature {name!r} does not fit {type(reader).__name__}: train the run "
                    "again."
                ) from error
            raw[name] = raw_input(kind)
            prepared[name] = reader.preparation(state)(raw[name])
        return tf.keras.Model(raw, prepared, name="preparation")

    def save(self, path: Path) -> None:
        """Writes the state as JSON, completely or not at all."""
        write_json(path, FITTED.dump_python(self, mode="json"))

    @classmethod
    def load(cls, path: Path) -> FittedFeatures:
        """Reads a file written by `save`.

        Raises:
            InputError: if it is missing or damaged.
        """
        return checked(FITTED, read_json(path), path, "a file of fitted features")


FITTED: TypeAdapter[FittedFeatures] = TypeAdapter(FittedFeatures)
