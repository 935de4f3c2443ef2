"""Queries of the explorer page other than predictions: available models, and item data."""

import threading
import weakref
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tfrec_dl.server.explorer.catalogue import NUMBER, ItemCatalogue, has_items
from tfrec_dl.server.explorer.search import ItemSearch
from tfrec_dl.server.explorer.users import UserHistories
from tfrec_dl.server.loaded_version import LoadedVersion
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.statuses import invalid
from tfrec_dl.serving.names import SERVING_DEFAULT

MOST_ITEMS = 500  # per answer
MOST_USERS = 10  # per answer
MOST_VALUES = 40  # per attribute, sent to the page at once
LONGEST_QUERY = 200


class Questions:
    """Answers queries of the explorer page.

    Args:
        models: served models.
        users: users whose histories can be viewed; None for nobody.
    """

    def __init__(self, models: Models, users: UserHistories | None = None) -> None:
        self._models = models
        self._users = users
        self._lock = threading.Lock()
        self._catalogues: weakref.WeakKeyDictionary[LoadedVersion, ItemCatalogue] = weakref.WeakKeyDictionary()
        self._searches: weakref.WeakKeyDictionary[LoadedVersion, ItemSearch] = weakref.WeakKeyDictionary()

    def models(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Returns models with their versions, newest first, and what each can be asked for."""
        found = []
        for name, versions in self._models.loaded().items():
            labels = self._models.labels(name)
            told = [
                self._about(version) | {"labels": [label for label, of in labels.items() if of == number]}
                for number, version in sorted(versions.items(), reverse=True)
            ]
            found.append({"name": name, "versions": told})
        return {"models": found}

    def search(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Returns items and attribute values that match a query."""
        query, most = str(asked.get("query", ""))[:LONGEST_QUERY], _number(asked.get("most", 20))
        with self._models.use(_spec(asked)) as version:
            catalogue = self._catalogue(version)
            search = self._search(version, catalogue)
            values = [asdict(value) for value in search.values(query, 5)]
            return {"items": catalogue.described(search.items(query, most)), "values": values}

    def items(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Returns what is known about items; unknown items are left out."""
        ids = asked.get("ids")
        if not isinstance(ids, list) or len(ids) > MOST_ITEMS or not all(isinstance(each, str) for each in ids):
            raise invalid(f"ids must be a list of at most {MOST_ITEMS} texts")
        with self._models.use(_spec(asked)) as version:
            catalogue = self._catalogue(version)
            places = (catalogue.places.get(item) for item in ids)
            return {"items": catalogue.described([place for place in places if place is not None])}

    def values(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Returns values of a category that start with a query, with their numbers of items, most frequent first."""
        query = str(asked.get("query", ""))[:LONGEST_QUERY].casefold()
        with self._models.use(_spec(asked)) as version:
            every = self._catalogue(version).values_of(str(asked.get("attribute", "")))
        found = [each for each in every if query in each[0].casefold()]
        return {"values": found[:MOST_VALUES], "distinct": len(found)}

    def users(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Returns users whose ids start with a query, the number of users, and the history of the user with this id."""
        query = str(asked.get("query", ""))[:LONGEST_QUERY]
        if self._users is None:
            return {"count": 0, "users": [], "history": None}
        return {
            "count": len(self._users),
            "users": self._users.find(query, MOST_USERS),
            "history": self._users.history(query),
        }

    def _about(self, version: LoadedVersion) -> dict[str, Any]:
        told: dict[str, Any] = {"number": version.number, "signatures": sorted(version.signature_defs)}
        if not has_items(version):
            return told | {"items": 0, "k_max": 0, "shown": [], "attributes": []}
        catalogue = self._catalogue(version)
        sizes = version.signature_defs[SERVING_DEFAULT].outputs["scores"].tensor_shape.dim
        return told | {
            "items": len(catalogue.ids),
            "k_max": sizes[1].size,
            "shown": [column.name for column in catalogue.shown],
            "attributes": [self._attribute(catalogue, name) for name in catalogue.attributes],
        }

    @staticmethod
    def _attribute(catalogue: ItemCatalogue, name: str) -> dict[str, Any]:
        kind = catalogue.attributes[name]
        if kind == NUMBER:
            return {"name": name, "kind": kind, "range": catalogue.range_of(name)}
        values = catalogue.values_of(name)
        return {"name": name, "kind": kind, "values": values[:MOST_VALUES], "distinct": len(values)}

    def _catalogue(self, version: LoadedVersion) -> ItemCatalogue:
        if not has_items(version):
            raise invalid(f"version {version.number} of {version.name} does not say which items it knows")
        with self._lock:
            if version not in self._catalogues:
                self._catalogues[version] = ItemCatalogue(version)
            return self._catalogues[version]

    def _search(self, version: LoadedVersion, catalogue: ItemCatalogue) -> ItemSearch:
        with self._lock:
            if version not in self._searches:
                self._searches[version] = ItemSearch(catalogue)
            return self._searches[version]


def _spec(asked: Mapping[str, Any]) -> ModelSpec:
    version = asked.get("version")
    return ModelSpec(str(asked.get("model", "")), None if version is None else _number(version, most=2**63 - 1))


def _number(value: Any, most: int = MOST_ITEMS) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid(f"{str(value):.80} must be a whole number from 0 to {most}")
    return value
