"""The items of a loaded export, with their shown columns and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.server.loaded_version import LoadedVersion
from tfrec_dl.serving.attributes.shown import shown_outputs
from tfrec_dl.serving.names import DESCRIBE_ITEMS, RECOMMEND_RANKED, RECOMMEND_WITH_RULES

NUMBER = "number"


@dataclass(frozen=True)
class ShownColumn:
    """A shown column: the text of an item is `texts[codes[index]]`."""

    name: str
    texts: np.ndarray
    codes: np.ndarray


class ItemCatalogue:
    """What is known about the items of a version, by index.

    Args:
        version: a version of a recommender of this package.

    Attributes:
        ids: [n] text; item 0 has the index `FIRST_ITEM`.
        order: [n] positions of the items in `ids`, most popular first.
        shown: the shown columns.
        attributes: maps attributes to kinds.
    """

    def __init__(self, version: LoadedVersion) -> None:
        module = _recommender(version)
        self.ids = [item.decode("utf-8", "replace") for item in module.item_ids().numpy()]
        counts = module._popularity.numpy()[FIRST_ITEM : FIRST_ITEM + len(self.ids)]
        self.order = np.argsort(-counts, kind="stable")
        shown = _numpy(module.shown.contents()) if DESCRIBE_ITEMS in version.signature_defs else None
        self.shown = [] if shown is None else _shown_columns(shown)
        has_attributes = RECOMMEND_WITH_RULES in version.signature_defs
        self._arrays = _numpy(module.attributes.contents()) if has_attributes else {}
        names, kinds = ([_text(each) for each in self._arrays.get(key, ())] for key in ("names", "kinds"))
        self.attributes: dict[str, str] = dict(zip(names, kinds, strict=False))  # the last kind stands for no attribute

    @cached_property
    def places(self) -> dict[str, int]:
        """Maps ids to positions in `ids`."""
        return {item: place for place, item in enumerate(self.ids)}

    @cached_property
    def values(self) -> list[tuple[str, int]]:
        """Returns each categorical value as "attribute=value" with its number of items, by position in the arrays."""
        counts = np.diff(self._arrays["holder_offsets"]).tolist() if self._arrays else []
        return [(_text(each), count) for each, count in zip(self._arrays.get("texts", ()), counts, strict=True)]

    def values_of(self, attribute: str) -> list[tuple[str, int]]:
        """Returns the values of a category with their numbers of items, most frequent first."""
        start = f"{attribute}="
        found = [(text.removeprefix(start), count) for text, count in self.values if text.startswith(start)]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def holders(self, value: int) -> np.ndarray:
        """Returns the positions of the items that have a value, given by its position in `values`."""
        start, end = self._arrays["holder_offsets"][value : value + 2]
        found: np.ndarray = self._arrays["holders"][start:end] - FIRST_ITEM
        return found

    def range_of(self, attribute: str) -> tuple[float, float] | None:
        """Returns the lowest and the highest value of a numeric attribute; None if no item has one."""
        numbers = self._arrays["numbers"][self._row(attribute)]
        known = numbers[np.isfinite(numbers)]
        return (float(known.min()), float(known.max())) if len(known) else None

    def described(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Returns id, shown texts and attributes of items."""
        return [
            {
                "id": self.ids[place],
                "shown": {column.name: column.texts[column.codes[place + FIRST_ITEM]] for column in self.shown},
                "attributes": {name: self._value(name, place + FIRST_ITEM) for name in self.attributes},
            }
            for place in places
        ]

    def _value(self, attribute: str, index: int) -> list[str] | float | None:
        """Returns a list of categories, or a number."""
        if self.attributes[attribute] == NUMBER:
            number = float(self._arrays["numbers"][self._row(attribute)][index])
            return number if np.isfinite(number) else None
        cell = list(self.attributes).index(attribute) * self._arrays["numbers"].shape[1] + index
        start, end = self._arrays["code_offsets"][cell : cell + 2]
        return [self.values[code][0].removeprefix(f"{attribute}=") for code in self._arrays["codes"][start:end]]

    def _row(self, attribute: str) -> int:
        return int(self._arrays["number_rows"][list(self.attributes).index(attribute)])


def has_items(version: LoadedVersion) -> bool:
    """Whether a version is a recommender of this package, other than the first ones, which did not list their items."""
    return version.items is not None and hasattr(_recommender(version), "item_ids")


def _recommender(version: LoadedVersion) -> Any:
    """Returns the part that holds the items: for two stages, the first one."""
    saved = version.saved_model
    return saved.retrieval if RECOMMEND_RANKED in version.signature_defs else saved


def _numpy(tensors: Any) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in tensors.items()}


def _shown_columns(arrays: dict[str, np.ndarray]) -> list[ShownColumn]:
    names = shown_outputs([_text(each) for each in arrays["names"]])
    texts = np.array([_text(each) for each in arrays["texts"]], dtype=object)
    codes = arrays["codes"].reshape(len(names), -1)
    return [ShownColumn(name, texts, row) for name, row in zip(names, codes, strict=True)]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
