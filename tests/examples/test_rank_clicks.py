import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "rank_clicks.py"


def test_two_rankers_are_compared_the_better_order_estimated_and_a_request_ranked(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", [EXAMPLE.name, "--requests", "1200", "--epochs", "2", "--out", str(tmp_path)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    lines = {line.split("  ")[0]: line for line in printed.splitlines()}
    din, dcn = (float(lines["ndcg"].split(f" {name} ")[1].split()[0]) for name in ("din", "dcn"))
    gain = float(lines["din less dcn, ndcg"].split()[4])
    assert gain == pytest.approx(din - dcn, abs=2e-4)
    assert "| bin | predicted | observed | 95 % interval | rows |" in printed
    words = lines["in din's order"].replace("(", "").replace(")", "").replace(",", "").split()
    value, low, high, truth = (float(words[place]) for place in (3, 4, 6, 9))
    assert low < value < high
    assert abs(value - truth) < 2 * (high - low)
    assert (tmp_path / "export" / "1" / "saved_model.pb").exists()
    scores = [float(line.split()[1]) for line in printed.splitlines() if line.startswith("  item-")]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
