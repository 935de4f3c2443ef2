"""The items of a loaded export, with what answers show of them and their attributes."""

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
    """A column that answers show: `texts[codes[index]]` is an item's."""

    name: str
    texts: np.ndarray
    codes: np.ndarray


class ItemCatalogue:
    """What is known of the items of a version, by their index.

    Args:
        version: a recommender of ours.

    Attributes:
        ids: [n] text, item 0 being index `FIRST_ITEM`.
        order: [n] places of the items in `ids`, the most popular first.
        shown: the columns that answers show.
        attributes: attribute -> kind.
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
        self.attributes: dict[str, str] = dict(zip(names, kinds, strict=False))  # there is one kind more, of nothing

    @cached_property
    def places(self) -> dict[str, int]:
        """Id -> place in `ids`."""
        return {item: place for place, item in enumerate(self.ids)}

    @cached_property
    def values(self) -> list[tuple[str, int]]:
        """Each value of a category as "attribute=value", and how many items have it; by place in the arrays."""
        counts = np.diff(self._arrays["holder_offsets"]).tolist() if self._arrays else []
        return [(_text(each), count) for each, count in zip(self._arrays.get("texts", ()), counts, strict=True)]

    def values_of(self, attribute: str) -> list[tuple[str, int]]:
        """The values of a category, and how many items have each, the most frequent first."""
        start = f"{attribute}="
        found = [(text.removeprefix(start), count) for text, count in self.values if text.startswith(start)]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def holders(self, value: int) -> np.ndarray:
        """Places of the items that have a value, which is named by its place in `values`."""
        start, end = self._arrays["holder_offsets"][value : value + 2]
        found: np.ndarray = self._arrays["holders"][start:end] - FIRST_ITEM
        return found

    def range_of(self, attribute: str) -> tuple[float, float] | None:
        """The lowest and the highest of a number; None where no item has one."""
        numbers = self._arrays["numbers"][self._row(attribute)]
        known = numbers[np.isfinite(numbers)]
        return (float(known.min()), float(known.max())) if len(known) else None

    def described(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Id, shown texts and attributes of items."""
        return [
            {
                "id": self.ids[place],
                "shown": {column.name: column.texts[column.codes[place + FIRST_ITEM]] for column in self.shown},
                "attributes": {name: self._value(name, place + FIRST_ITEM) for name in self.attributes},
            }
            for place in places
        ]

    def _value(self, attribute: str, index: int) -> list[str] | float | None:
        """A list of categories, or a number."""
        if self.attributes[attribute] == NUMBER:
            number = float(self._arrays["numbers"][self._row(attribute)][index])
            return number if np.isfinite(number) else None
        cell = list(self.attributes).index(attribute) * self._arrays["numbers"].shape[1] + index
        start, end = self._arrays["code_offsets"][cell : cell + 2]
        return [self.values[code][0].removeprefix(f"{attribute}=") for code in self._arrays["codes"][start:end]]

    def _row(self, attribute: str) -> int:
        return int(self._arrays["number_rows"][list(self.attributes).index(attribute)])


def has_items(version: LoadedVersion) -> bool:
    """Whether a version is a recommender of ours, and not of the first ones, which did not say what their items are."""
    return version.items is not None and hasattr(_recommender(version), "item_ids")


def _recommender(version: LoadedVersion) -> Any:
    """Where the items are: of two stages in the first."""
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
