"""The tables of features that stand beside a table of interactions or impressions."""

from pathlib import Path
from typing import Protocol

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.data.catalogue.summary import Coverage


class HasIds(Protocol):
    """A table that names users and items."""

    @property
    def user_ids(self) -> np.ndarray:
        """[U] object (str)."""

    @property
    def item_ids(self) -> np.ndarray:
        """[I] object (str)."""


class FeatureTables:
    """Reads the features of items and of users; the class that has it says where they are.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        items: table of the items' features; None for none.
        item_kinds: feature of an item -> kind, or "ignore", where the guess is wrong.
        users: table of the users' features; None for none.
        user_kinds: as `item_kinds`.
        image_size: height and width in pixels that pictures are stretched to.
    """

    user: str
    item: str
    items: str | None
    item_kinds: dict[str, Choice]
    users: str | None
    user_kinds: dict[str, Choice]
    image_size: tuple[int, int]

    def read_items(self) -> Catalogue | None:
        """Reads and checks the items' features, if there are any.

        Raises:
            InputError: as `Catalogue.read`.
        """
        return None if self.items is None else Catalogue.read(self.items, self.item, self.item_kinds, self.image_size)

    def read_users(self) -> Catalogue | None:
        """Reads and checks the users' features, if there are any.

        Raises:
            InputError: as `Catalogue.read`.
        """
        return None if self.users is None else Catalogue.read(self.users, self.user, self.user_kinds, self.image_size)

    def coverage(self, table: HasIds, items: Catalogue | None, users: Catalogue | None) -> dict[str, Coverage]:
        """How far the features go: "items" and "users" -> coverage, where there are features.

        Args:
            table: the interactions or impressions.
            items: of `read_items`.
            users: of `read_users`.

        Raises:
            InputError: if features have no id in common with the table.
        """
        found = {}
        if items is not None:
            found["items"] = items.coverage(table.item_ids)
        if users is not None:
            found["users"] = users.coverage(table.user_ids)
        return found


def absolute_path(path: str | None) -> str | None:
    """The same path, found from any working directory."""
    return None if path is None else str(Path(path).resolve())
