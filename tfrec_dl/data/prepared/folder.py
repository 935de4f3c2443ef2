"""A prepared folder: reads its description, vocabulary and evaluation cases."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.prepared.work import INTERACTIONS, MANIFEST, PLAN, read_json
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

FORMAT = 1  # increase it if an older version would misread a folder


@dataclass(frozen=True)
class PreparedFolder:
    """A folder that `prepare` wrote.

    Attributes:
        path: the folder.
        manifest: content of its `prepared.json`.
    """

    path: Path
    manifest: Mapping[str, Any] = field(repr=False)

    @classmethod
    def open(cls, path: Path | str) -> "PreparedFolder":
        """Opens a finished folder.

        Raises:
            InputError: if it is not a finished folder, or some of its files are missing or truncated.
        """
        path = Path(path)
        if not (path / MANIFEST).exists():
            if (path / PLAN).exists():
                raise InputError(f"{path} is not finished: run the same `tfrec-dl prepare` command again to continue.")
            raise InputError(f"{path} is not a prepared folder: make one from a table with `tfrec-dl prepare`.")
        folder = cls(path, read_json(path / MANIFEST))
        if folder.manifest.get("format") != FORMAT:
            raise InputError(
                f"{path} is in format {folder.manifest.get('format')!r}, and this version reads {FORMAT}: "
                "prepare the table again."
            )
        for shard, file in zip(folder.manifest["shards"], folder.shards, strict=True):
            if not file.exists() or file.stat().st_size != shard["bytes"]:
                raise InputError(f"{file} is missing or not what was prepared: prepare the folder again.")
        return folder

    @property
    def shards(self) -> list[Path]:
        """Paths of the files of histories."""
        return [self.path / "shards" / each["name"] for each in self.manifest["shards"]]

    @property
    def interactions(self) -> list[Path]:
        """Paths of the files with all rows of the table, one per shard; none if an earlier version prepared it."""
        return [self.path / INTERACTIONS / each["name"] for each in self.manifest.get("interactions", ())]

    @property
    def size(self) -> dict[str, int]:
        """Counts interactions, users and items of the table, and items in the vocabulary."""
        return dict(self.manifest["size"])

    @property
    def weighted(self) -> bool:
        """Whether interactions have weights."""
        return "weight" in self.manifest["columns"]

    def fingerprint(self) -> str:
        """SHA-256 of all content in 64 hexadecimal digits, as computed by `prepare`."""
        return str(self.manifest["fingerprint"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Vocabulary of the training interactions."""
        return Vocabulary.load(self.path / "vocabulary.txt")

    @cached_property
    def lengths(self) -> np.ndarray:
        """[n, 3] int64: shard, items in a training history, number of histories of that length."""
        table = pyarrow.parquet.read_table(self.path / "lengths.parquet")
        return np.stack([table[name].to_numpy() for name in ("shard", "length", "histories")], axis=1)

    def cases(self) -> tuple[EvaluationCases, EvaluationCases]:
        """Validation and test cases of the sampled users, as `leave_last_out` makes them."""
        table = pyarrow.parquet.read_table(self.path / "evaluation.parquet").combine_chunks()
        users = table["user_id"].to_numpy(zero_copy_only=False)
        lists = table["history"].combine_chunks()
        rows = np.arange(len(users))
        lengths = np.asarray(lists.value_lengths())
        history = Histories.from_rows(np.repeat(rows, lengths), lists.flatten().to_numpy(), users)
        parts = (Histories.from_rows(rows, table[name].to_numpy(), users) for name in ("validation", "test"))
        history, validation, test = (each.numbered_by(self.vocabulary) for each in (history, *parts))
        before_test = Histories.joined([history, validation.known()])
        return EvaluationCases(history, validation), EvaluationCases(before_test, test)


def write_lengths(folder: Path, lengths: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Writes how many histories of each length every shard has."""
    rows = [(shard, length, count) for shard, each in enumerate(lengths) for length, count in each]
    columns = dict(zip(("shard", "length", "histories"), np.array(rows, np.int64).reshape(-1, 3).T, strict=True))
    with replacing(folder / "lengths.parquet") as path:
        pyarrow.parquet.write_table(pa.table(columns), path)


def fingerprint(folder: Path, shards: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of vocabulary, cases and shards."""
    digest = hashlib.sha256((folder / "vocabulary.txt").read_bytes())
    cases = pyarrow.parquet.read_table(folder / "evaluation.parquet")
    for row in zip(*(cases[name].to_pylist() for name in cases.column_names), strict=True):
        digest.update(repr(row).encode())
    for shard in shards:
        digest.update(shard["sha256"].encode())
    return digest.hexdigest()
