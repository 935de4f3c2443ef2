"""Files of the fitted preprocessing of item and user features, in a retrieval run's folder."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.features.content import Content
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.files import write_json
from tfrec_dl.retrieval.autoencoder.columns import Columns
from tfrec_dl.runs.run_files import checked, read_json

FILE = "fitted_features.json"


@dataclass(frozen=True, eq=False)
class FittedTowers:
    """What is learned before training from the features that the towers read.

    Attributes:
        items: state for the items with training interactions; None if items are represented by ids, or not learned yet.
        users: state for the users; None if users have no features, or not learned yet.
        columns: the users of each item in training; None if the model does not read them.
    """

    items: FittedFeatures | None = None
    users: FittedFeatures | None = None
    columns: Columns | None = None


def learn_fitted(
    content: Content, vocabulary: Vocabulary, items: Catalogue | None, users: Catalogue | None
) -> FittedTowers:
    """Learns the state of the preparations.

    Args:
        content: how the features are read.
        vocabulary: the items; only those with training interactions are learned from.
        items: the items' features, or None.
        users: the users' features, or None.
    """
    trained = vocabulary.ids[: vocabulary.trained_size - FIRST_ITEM]
    return FittedTowers(
        None if items is None else FittedFeatures.fit(content, items.take(trained)),
        None if users is None else FittedFeatures.fit(content, users),
    )


@dataclass(frozen=True, eq=False)
class _File:
    """The content of `fitted_features.json`."""

    items: FittedFeatures | None = None
    users: FittedFeatures | None = None


FITTED: TypeAdapter[_File] = TypeAdapter(_File)


def save_fitted(fitted: FittedTowers, folder: Path) -> None:
    """Writes `fitted_features.json` and `columns.npz` if needed and missing, each completely or not at all."""
    if (fitted.items or fitted.users) and not (folder / FILE).exists():
        write_json(folder / FILE, FITTED.dump_python(_File(fitted.items, fitted.users), mode="json"))
    if fitted.columns is not None:
        fitted.columns.save(folder)


def load_fitted(folder: Path) -> FittedTowers:
    """Reads files written by `save_fitted`; without a file, as in early runs, the state is empty and learned again.

    Raises:
        InputError: if it is damaged.
    """
    path = folder / FILE
    columns = Columns.load(folder)
    if not path.exists():
        return FittedTowers(columns=columns)
    found = checked(FITTED, read_json(path), path, "a file of fitted features")
    return FittedTowers(found.items, found.users, columns)
