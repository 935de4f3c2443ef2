"""Batches of histories are bounded, whatever the table."""

import numpy as np
import pyarrow as pa

from tfrec_dl.lifecycle.batch import histories
from tfrec_dl.lifecycle.batch.histories import ShardHistories


def test_batches_are_bounded_and_lose_nobody(monkeypatch):
    monkeypatch.setattr(histories, "MOST_USERS", 20)
    monkeypatch.setattr(histories, "MOST_CELLS", 50)
    lengths = np.array([1] * 45 + [2] * 9 + [7] * 12 + [40, 300])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    items = [f"i{number}" for number in range(offsets[-1])]
    users = [f"u{number}" for number in range(len(lengths))]
    found = list(ShardHistories(pa.array(users), pa.array(items), offsets).batches())
    for names, rows in found:
        assert len(names) == len(rows)
        assert len(rows) == 1 or (len(rows) <= 20 and len(rows) * max(map(len, rows)) <= 50)
    assert [name for names, _ in found for name in names] == users
    assert [row for _, rows in found for row in rows] == [
        items[start:end] for start, end in zip(offsets[:-1], offsets[1:], strict=True)
    ]
    assert max(len(names) for names, _ in found) == 20
