"""Histories of a table's users as starting points in the explorer, because an export holds none."""

import numpy as np

from tfrec_dl.data.interactions import Interactions

LONGEST = 100  # number of last history items sent to the page


class UserHistories:
    """Finds users and their histories.

    Args:
        interactions: table of interactions.
    """

    def __init__(self, interactions: Interactions) -> None:
        users, times = interactions.users, interactions.times
        order = np.argsort(users, kind="stable") if times is None else np.lexsort((times, users))
        self._ids = interactions.user_ids.tolist()
        self._places = {user: place for place, user in enumerate(self._ids)}
        self._items = interactions.item_ids[interactions.items[order]]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=len(self._ids)))])

    def __len__(self) -> int:
        """Returns the number of users."""
        return len(self._ids)

    def find(self, query: str, most: int) -> list[tuple[str, int]]:
        """Returns users whose ids start with a query, with history lengths; an exact match comes first."""
        begin = (user for user in self._ids if user.startswith(query) and user != query)
        found = [query] if query in self._places else []
        for user in begin:
            if len(found) >= most:
                break
            found.append(user)
        return [(user, int(np.diff(self._starts[self._places[user] :][:2])[0])) for user in found[:most]]

    def history(self, user: str) -> list[str] | None:
        """Returns the last items of a user, oldest first; None for an unknown user."""
        place = self._places.get(user)
        if place is None:
            return None
        items: list[str] = self._items[self._starts[place] : self._starts[place + 1]][-LONGEST:].tolist()
        return items
