import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from tfrec_dl.baselines.popularity import Popularity
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.cold_start import hold_out_items
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, cold_start_leaderboard, evaluate_cold_start
from tfrec_dl.evaluation.rendering import markdown, rich_table, save_leaderboard
from tfrec_dl.metrics import NDCG, HitRate


@pytest.fixture(scope="module")
def cold_start():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "user_id": np.repeat([f"u{user}" for user in range(60)], 12),
            "item_id": [f"i{item}" for item in generator.integers(50, size=720)],
            "timestamp": np.tile(np.arange(12), 60),
        }
    )
    return hold_out_items(Interactions.from_frame(frame), catalogue_ids=[*frame["item_id"], "never met"])


class Oracle:
    """Scores highest what it is told to, for each user, and the other items by a fixed order."""

    def __init__(self, size, *cases):
        self.size = size
        self.targets = {}
        for some in cases:
            for row, user in enumerate(some.targets.user_ids):
                self.targets.setdefault(user, []).append(some.targets.row(row)[0])

    def scores(self, histories):
        scores = np.tile(-np.arange(self.size, dtype=np.float32), (len(histories), 1))
        for row, user in enumerate(histories.user_ids):
            scores[row, self.targets.get(user, [])] = 1.0
        return scores


def naive_ndcg(scorer, cases, candidates):
    """NDCG@10 of each case, one comparison at a time."""
    values = []
    for row in range(len(cases)):
        scores = scorer.scores(cases.histories.select(np.array([row])))[0]
        rivals = {item for item in np.flatnonzero(candidates) if item not in cases.histories.row(row)}
        target = cases.targets.row(row)[0]
        rank = 1 + sum(scores[item] >= scores[target] for item in rivals - {target})
        values.append(1 / np.log2(rank + 1) if target in rivals and rank <= 10 else 0.0)
    return values


@pytest.mark.parametrize("part", ["validation", "test"])
def test_each_kind_has_its_cases_and_its_candidates(cold_start, part):
    warm, cold = getattr(cold_start.split, part), getattr(cold_start, f"cold_{part}")
    generator = np.random.default_rng(1)
    matrix = generator.integers(0, 9, (60, cold_start.vocabulary.size)).astype(np.float32)

    class Scorer:
        def scores(self, histories):
            return matrix[[int(user[1:]) for user in histories.user_ids]]

    reports = evaluate_cold_start(Scorer(), cold_start, part, metrics=[NDCG(10)])
    everything = np.arange(cold_start.vocabulary.size) >= 2
    cold_items = cold_start.test_items if part == "test" else cold_start.validation_items
    expected = {
        "cold": naive_ndcg(Scorer(), cold, cold_items),
        "warm": naive_ndcg(Scorer(), warm, cold_start.warm_items),
        "all": naive_ndcg(Scorer(), warm, everything) + naive_ndcg(Scorer(), cold, everything),
    }
    assert set(reports) == set(expected)
    for kind, report in reports.items():
        assert report.per_user("ndcg@10") == pytest.approx(np.array(expected[kind]))


def test_who_knows_warm_targets_only_is_right_in_warm_and_wrong_in_cold(cold_start):
    oracle = Oracle(cold_start.vocabulary.size, cold_start.split.test)
    reports = evaluate_cold_start(oracle, cold_start, metrics=[HitRate(1)])
    warm, cold, everything = (reports[kind].per_user("hit_rate@1") for kind in ("warm", "cold", "all"))
    met_before = [
        target in cold_start.split.test.histories.row(row)
        for row, target in enumerate(cold_start.split.test.targets.items)
    ]
    assert (warm == ~np.array(met_before)).all()
    assert everything[: len(warm)].tolist() == warm.tolist()
    assert not everything[len(warm) :].any()
    assert cold.mean() < 0.5


def test_popularity_knows_nothing_of_cold_items(cold_start):
    reports = evaluate_cold_start(Popularity(cold_start.vocabulary), cold_start, metrics=[HitRate(1), HitRate(10)])
    assert reports["cold"].means() == {"hit_rate@1": 0.0, "hit_rate@10": 1.0}  # ten items, all of them tied
    assert reports["warm"].means()["hit_rate@10"] > 0


def test_an_unknown_part_is_refused(cold_start):
    with pytest.raises(InputError, match="part is 'train'"):
        evaluate_cold_start(Popularity(cold_start.vocabulary), cold_start, "train")


@pytest.fixture(scope="module")
def entries(cold_start):
    split, size = cold_start.split, cold_start.vocabulary.size
    scorers = {
        "popular": Popularity(cold_start.vocabulary),
        "warm oracle": Oracle(size, split.test),
        "cold oracle": Oracle(size, cold_start.cold_test),
    }
    return [
        ColdStartEntry(name, evaluate_cold_start(scorer, cold_start), 1.5, "baseline" if name == "popular" else "deep")
        for name, scorer in scorers.items()
    ]


def test_the_leaderboard_has_each_models_three_figures_best_on_cold_first(entries):
    table = cold_start_leaderboard(entries)
    assert table["model"][0] == "cold oracle"
    assert table["cold"].is_monotonic_decreasing
    for entry in entries:
        row = table.set_index("model").loc[entry.name]
        for kind in ("cold", "warm", "all"):
            assert row[kind] == pytest.approx(entry.reports[kind].means()["ndcg@10"])
            assert row[f"{kind}/low"] <= row[kind] <= row[f"{kind}/high"]
    assert cold_start_leaderboard(entries, "hit_rate@10", "warm")["model"][0] == "warm oracle"


def test_tables_show_all_three_kinds(entries, tmp_path):
    table = cold_start_leaderboard(entries)
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(rich_table(table, "cold start", ("warm", "all")))
    save_leaderboard(table, tmp_path / "board.md", ("warm", "all"))
    written = (tmp_path / "board.md").read_text(encoding="utf-8")
    assert written == markdown(table, ("warm", "all"))
    assert written.startswith("| model | family | cold | 95 % interval |  | warm | all | seconds |")
    for text in (console.export_text(), written):
        for kind in ("cold", "warm", "all"):
            assert f"{table[kind][1]:.4f}" in text
    save_leaderboard(table, tmp_path / "board.csv")
    assert pd.read_csv(tmp_path / "board.csv")["metric"].tolist() == ["ndcg@10"] * 3


def test_names_and_kinds_that_cannot_be_ordered_are_refused(entries):
    with pytest.raises(InputError, match="two models are named 'popular'"):
        cold_start_leaderboard([entries[0], *entries])
    with pytest.raises(InputError, match="order_by is 'hot'"):
        cold_start_leaderboard(entries, order_by="hot")
