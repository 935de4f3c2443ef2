"""Malformed tables of interactions and features, read in every supported way."""

import gzip
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.data.prepared.test_both_ways_in import drawn_table, in_pieces, whole
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError

WORDS = [
    "red",
    "blue dress",
    "红色连衣裙",
    "a|b",
    "",
    None,
    "1",
    "01",
    "1.10",
    "NaN",
    "x" * 5000,
    "\0",
    "é",
    '"',
    "a,b\nc",
    "=1+1",
]
NUMBERS = ["1", "2.5", "-3", "1e300", "nan", "inf", "", "1,5", "$2", "9007199254740993"]
NAMES = ["price", "Price", "title", "history", "item_ids", "exclude", "价格", "a b", "a.b", "", "item_id"]


class Tables:
    """Writes what is drawn, and compares what each way of reading makes of it.

    Args:
        seed: of what is drawn.
        home: folder that the tables are written below.
    """

    def __init__(self, seed: int, home: Path) -> None:
        self.draw = np.random.default_rng(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="tables-", dir=home))

    def one(self) -> str | None:
        """Reads one table; what is wrong, in words."""
        kind = self.draw.choice(["interactions", "bytes", "prepared", "features"], p=[0.45, 0.2, 0.05, 0.3])
        try:
            return getattr(self, f"_{kind}")()
        except InputError as error:
            return f"several lines: {error}" if "\n" in str(error) else None

    def _interactions(self) -> str | None:
        """Whole as `train` reads it, and in pieces as `prepare` does."""
        frame, path = drawn_table(self.draw), self.folder / self.draw.choice(["t.csv", "t.parquet", "t.csv.gz"])
        if path.suffix == ".parquet":
            frame.to_parquet(path, row_group_size=4)
        else:
            frame.to_csv(path, index=False)
        expected = whole(path)
        found = in_pieces(path, int(self.draw.choice([1, 3, 100])))
        return None if found == expected else f"{frame.to_csv()}: whole {expected}, in pieces {found}"

    def _bytes(self) -> str | None:
        """A good table with some of its bytes replaced, cut off, or doubled."""
        content = bytearray(drawn_table(self.draw).to_csv(index=False).encode())
        for _ in range(int(self.draw.integers(1, 6))):
            place = int(self.draw.integers(len(content) + 1))
            content[place : place + int(self.draw.integers(0, 4))] = self.draw.bytes(int(self.draw.integers(0, 3)))
        path = self.folder / self.draw.choice(["b.csv", "b.parquet", "b.csv.gz"])
        path.write_bytes(gzip.compress(bytes(content)) if path.suffix == ".gz" else bytes(content))
        expected, found = whole(path), in_pieces(path, int(self.draw.choice([1, 3, 100])))
        return None if found == expected else f"{bytes(content)!r}: whole {expected}, in pieces {found}"

    def _prepared(self) -> str | None:
        """Through all of `prepare`, against the table in memory."""
        frame = pd.concat([drawn_table(self.draw)[["user_id", "item_id"]] for _ in range(6)])
        path, out = self.folder / "p.csv", self.folder / "out"
        frame.to_csv(path, index=False)
        shutil.rmtree(out, ignore_errors=True)
        outcomes = []
        for way in (lambda: DataSource(str(path)).read().split, lambda: prepare(PrepareConfig((str(path),)), out)):
            try:
                outcomes.append(way().vocabulary.ids.tolist())
            except InputError:
                outcomes.append(None)
        return None if outcomes[0] == outcomes[1] else f"{frame.to_csv()}: in memory {outcomes[0]}, {outcomes[1]}"

    def _features(self) -> str | None:
        """From a frame, a CSV and a Parquet file."""
        rows = int(self.draw.integers(1, 12))
        names = [
            name for name in self.draw.choice(NAMES, int(self.draw.integers(1, 4)), replace=False) if name != "item_id"
        ]
        pools = [WORDS if self.draw.random() < 0.5 else NUMBERS for _ in names]
        columns = {
            name: self.draw.choice(np.array(pool, object)[self.draw.integers(0, len(pool), 4)], rows)
            for name, pool in zip(names, pools, strict=True)
        }
        frame = pd.DataFrame({"item_id": [f"i{row}" for row in range(rows)], **columns}, dtype=object)
        frame.to_csv(self.folder / "f.csv", index=False)
        frame.to_parquet(self.folder / "f.parquet")
        found = [self._catalogue(self.folder / name) for name in ("f.csv", "f.parquet")]
        return None if found[0] == found[1] else f"{frame.to_csv()}: {found}"

    @staticmethod
    def _catalogue(path: Path) -> object:
        try:
            catalogue = Catalogue.read(path)
        except InputError as error:
            return "refused" if "\n" not in str(error) else str(error)
        return {
            name: (kind, [str(value) for value in catalogue.columns[name]]) for name, kind in catalogue.kinds.items()
        }
