import pandas as pd

from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.data.source import DataSource

VISITS = {"u1": "abcab", "u2": "abdbc", "u3": "abaad"}  # the last two of each are held out


def test_it_says_what_falls_under_min_count(tmp_path, capsys):
    rows = [(user, item, time) for user, items in VISITS.items() for time, item in enumerate(items)]
    path = tmp_path / "visits.csv"
    pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]).to_csv(path, index=False)
    for min_count, expected in (
        (1, None),
        (
            2,
            "2 items have fewer than 2 training interactions: their 2 interactions are left out, and 2 of 3 items to "
            "find in the test are such items and count as misses",
        ),
    ):
        with shown_progress():
            split = DataSource(str(path), min_count=min_count).read().split
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if "fewer than" in line] == ([expected] if expected else [])
        assert len(split.vocabulary.ids) == (4 if min_count == 1 else 2)
