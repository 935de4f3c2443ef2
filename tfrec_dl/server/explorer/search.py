"""Text search for items in catalogues of any size, most popular first."""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.server.explorer.catalogue import ItemCatalogue

PUNCTUATION = {ord(mark): " " for mark in string.punctuation}
ACCENTS, SPACES = re.compile("[\u0300-\u036f]+"), re.compile(r"[^\S\n]+")
LOOKED_AT = 20_000  # lines per pass, so that a query of a few letters that matches half of the catalogue finishes


@dataclass(frozen=True)
class Value:
    """An attribute value that matches a query."""

    attribute: str
    value: str
    count: int


class ItemSearch:
    """Finds items of a catalogue by text.

    All texts are stored one after another in one block of memory, one line per item, which is scanned directly. For a
    million items, a scan takes some hundredths of a second, and no index has to be built.

    Args:
        catalogue: catalogue of the items.
    """

    def __init__(self, catalogue: ItemCatalogue) -> None:
        self._catalogue = catalogue
        order = catalogue.order.tolist()
        self._rank = np.empty(len(order), np.int64)
        self._rank[catalogue.order] = np.arange(len(order))
        columns = [np.array(_folded(each.texts), dtype=object)[each.codes[FIRST_ITEM:]] for each in catalogue.shown]
        ids = _folded(catalogue.ids)
        lines = [" ".join(["", *(column[place] for column in columns), ids[place]]).encode() for place in order]
        ends = np.cumsum([len(line) + 1 for line in lines])
        self._starts = np.concatenate([[0], ends])  # start of each line, whose first byte is a line feed
        self._text = b"".join(b"\n" + line for line in lines)
        self._values = [f" {text}" for text in _folded(text for text, _ in catalogue.values)]

    def items(self, query: str, most: int) -> list[int]:
        """Returns the positions in the catalogue's `ids` of the items that match a query.

        Items whose text starts with the query come first, then those in which each query word starts a word, then those
        that contain each word anywhere; within each group, the most popular first. `genres=War` finds the items with
        this value.

        Args:
            query: text typed by the user; "" finds the most popular items.
            most: maximum number of items.
        """
        named = self._named(query)
        if named is not None:
            holders = self._catalogue.holders(named)
            found: list[int] = holders[np.argsort(self._rank[holders], kind="stable")[:most]].tolist()
            return found
        lines = range(min(most, len(self._starts) - 1)) if not query.strip() else self._lines(query, most)
        return [int(self._catalogue.order[line]) for line in lines]

    def values(self, query: str, most: int) -> list[Value]:
        """Returns attribute values in which each word of a query starts a word, most frequent first."""
        words = [f" {word}" for word in folded(query).split()]
        if not words:
            return []
        places = [place for place, text in enumerate(self._values) if all(word in text for word in words)]
        every = self._catalogue.values
        best = sorted(places, key=lambda place: (-every[place][1], every[place][0]))[:most]
        named = [(*every[place][0].partition("="), every[place][1]) for place in best]
        return [Value(attribute, value, count) for attribute, mark, value, count in named if mark]

    def _named(self, query: str) -> int | None:
        """Returns the value that a query names as "attribute=value"."""
        if "=" not in query:
            return None
        wanted = query.strip().casefold()
        places = (place for place, (text, _) in enumerate(self._catalogue.values) if text.casefold() == wanted)
        return next(places, None)

    def _lines(self, query: str, most: int) -> list[int]:
        words = [word.encode() for word in folded(query).split()]
        if not words:
            return []
        longest = max(words, key=len)
        if longest not in self._text:
            return []
        found: dict[int, None] = {}
        for needle, each in (
            (b"\n " + b" ".join(words), b"%b"),
            (b" " + longest, b" %b"),
            (longest, b"%b"),
        ):
            for line in self._lines_with(needle):
                text = self._text[self._starts[line] : self._starts[line + 1]]
                if all(each % word in text for word in words):
                    found[line] = None
                if len(found) >= most:
                    return list(found)
        return list(found)

    def _lines_with(self, needle: bytes) -> Iterator[int]:
        place = self._text.find(needle)
        for _ in range(LOOKED_AT):
            if place < 0:
                return
            line = int(np.searchsorted(self._starts, place, side="right")) - 1
            yield line
            place = self._text.find(needle, int(self._starts[line + 1]))


def folded(text: str) -> str:
    """Normalizes text for comparison: without case, accents and punctuation."""
    return _folded([text])[0]


def _folded(texts: Iterable[str]) -> list[str]:
    """Does the same as `folded` for many texts at once; one after the other takes Python ten times as long."""
    joined = "\n".join([text.replace("\n", " ") for text in texts]).casefold()
    if not joined.isascii():
        joined = ACCENTS.sub("", unicodedata.normalize("NFKD", joined))
    joined = SPACES.sub(" ", joined.translate(PUNCTUATION))
    return [line.strip() for line in joined.split("\n")]
