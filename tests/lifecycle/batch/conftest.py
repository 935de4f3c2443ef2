"""A table of interactions, and a recommender without TensorFlow whose answers follow from the whole history."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.batch import parts
from tfrec_dl.serving.recommendations import Recommendations

ITEMS = [f"i{number}" for number in range(30)]


class StandInRecommender:
    """Recommends by a hash of the history, nothing after histories of one item; remembers whom it was asked for."""

    ranks, shown, folder = False, ("title",), Path("export")

    def __init__(self) -> None:
        self.asked: list[int] = []  # users of each request
        self.versions: list[str] = []  # that it was loaded from

    def load(self, version):
        self.versions.append(version.name)
        return self

    def recommend(self, histories, k, exclude=None, rules=None):
        if k > 20:
            raise InputError(f"k is {k}, but this export gives 1 to 20 recommendations.")
        self.asked.append(len(histories))
        return [self._row(history, k) for history in histories]

    def describe_items(self, item_ids):
        return [{"title": f'The "{item}", a film'} for item in item_ids]

    @staticmethod
    def _row(history, k):
        digest = hashlib.sha256("|".join(history).encode()).digest()
        items = [item for item in ITEMS if item not in history]
        first = digest[0] % len(items)
        places = [] if len(history) == 1 else range(k)
        row = Recommendations()
        row += [(items[(first + place) % len(items)], float(np.float32(digest[1] / 7 - place))) for place in places]
        row.recommendation_id = digest.hex()
        return row


@pytest.fixture
def recommender(monkeypatch) -> StandInRecommender:
    found = StandInRecommender()
    monkeypatch.setattr(parts, "load", found.load)
    return found


@pytest.fixture
def export(tmp_path) -> Path:
    """A folder that looks like an export's."""
    version = tmp_path / "export" / "1"
    version.mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"graph")
    return version.parent


@pytest.fixture(scope="session")
def interactions(tmp_path_factory) -> SimpleNamespace:
    """Two files out of order, with ties in time; `histories` has what each user's is."""
    draw = np.random.default_rng(0)
    users = np.concatenate([np.repeat(np.arange(40), 6), draw.integers(0, 60, 160), [99]])
    frame = pd.DataFrame({"user_id": [f'Ω, "{user}"' for user in draw.permutation(users)]})
    frame["item_id"] = draw.choice(ITEMS, len(frame))
    frame["timestamp"] = draw.integers(0, 9, len(frame))
    folder = tmp_path_factory.mktemp("log")
    frame[:250].to_csv(folder / "1.csv", index=False)
    frame[250:].to_parquet(folder / "2.parquet")
    histories = frame.sort_values("timestamp", kind="stable").groupby("user_id")["item_id"].agg(list)
    return SimpleNamespace(folder=folder, frame=frame, histories=histories.to_dict())
