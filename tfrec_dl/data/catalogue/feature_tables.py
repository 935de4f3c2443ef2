"""Tables of features that accompany a table of interactions or impressions."""

import logging
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.logs import LoggedTable, log_table

logger = logging.getLogger(__name__)


class HasIds(Protocol):
    """A table that names users and items."""

    @property
    def user_ids(self) -> np.ndarray:
        """[U] object (str)."""

    @property
    def item_ids(self) -> np.ndarray:
        """[I] object (str)."""


class FeatureTables:
    """Reads the features of items and of users; the subclass provides their paths.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        items: table of the items' features; None for none.
        item_kinds: feature of an item -> kind, or "ignore", where the guess is wrong.
        users: table of the users' features; None for none.
        user_kinds: same as `item_kinds`, for users.
        image_size: height and width in pixels that pictures are stretched to.
        image_folder: folder that pictures must be in or below; None uses the folder of their table.
    """

    user: str
    item: str
    items: str | None
    item_kinds: dict[str, Choice]
    users: str | None
    user_kinds: dict[str, Choice]
    image_size: tuple[int, int]
    image_folder: str | None

    def read_items(self) -> Catalogue | None:
        """Reads and checks the items' features, if there are any.

        Raises:
            InputError: as `Catalogue.read`.
        """
        if self.items is None:
            return None
        items = Catalogue.read(self.items, self.item, self.item_kinds, self.image_size, self.image_folder)
        log_features(items, f"features of items: {self.items}", "item")
        return items

    def read_users(self) -> Catalogue | None:
        """Reads and checks the users' features, if there are any.

        Raises:
            InputError: as `Catalogue.read`.
        """
        if self.users is None:
            return None
        users = Catalogue.read(self.users, self.user, self.user_kinds, self.image_size, self.image_folder)
        log_features(users, f"features of users: {self.users}", "user")
        return users

    def log_coverage(self, table: HasIds, features: Mapping[str, Catalogue | None]) -> None:
        """Logs how many ids of the table have features.

        Args:
            table: the interactions or impressions.
            features: "items" and "users" -> their features, or None.

        Raises:
            InputError: if features have no id in common with the table.
        """
        for whose, ids in (("items", table.item_ids), ("users", table.user_ids)):
            catalogue = features[whose]
            if catalogue is not None:
                logger.info("%s: %s", whose, catalogue.coverage(ids))


def log_features(catalogue: Catalogue, title: str, whose: str) -> None:
    """Logs the content of a catalogue.

    Args:
        catalogue: features of items, of users, or of a context.
        title: title of the table.
        whose: "item", "user" or "context"; stored on the log record as `features_of`.
    """
    header = ("feature", "kind", "filled", "values", "example")
    log_table(logger, LoggedTable(title, header, list(catalogue.summary())), features_of=whose)
