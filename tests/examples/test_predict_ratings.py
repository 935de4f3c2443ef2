import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "predict_ratings.py"


def test_text_beats_the_baseline_and_the_export_rates(monkeypatch, capsys, tmp_path):
    out = tmp_path / "ratings"
    monkeypatch.setattr(sys, "argv", [EXAMPLE.name, "--epochs", "8", "--out", str(out)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    baseline, model, difference = (
        float(next(line for line in printed.splitlines() if line.startswith(name)).removeprefix(name).split()[0])
        for name in ("user + item bias  MSE", "deep_conn         MSE", "difference")
    )
    assert model < baseline
    assert difference == pytest.approx(model - baseline, abs=2e-4)
    assert (out / "1" / "saved_model.pb").exists()
