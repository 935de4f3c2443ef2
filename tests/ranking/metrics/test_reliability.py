import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.reliability import equal_mass_bins, reliability
from tfrec_dl.ranking.metrics.reliability_rendering import reliability_markdown, reliability_plot


def test_bins_by_hand():
    found = reliability([0.1, 0.2, 0.6, 0.8], [0, 1, 1, 1], bins=2)
    assert found.predicted == pytest.approx([0.15, 0.7])
    assert found.observed == pytest.approx([0.5, 1.0])
    assert found.counts.tolist() == [2, 2]
    assert found.expected_calibration_error == pytest.approx((0.35 + 0.3) / 2)
    assert found.ratio == pytest.approx(1.7 / 3)


def test_bins_hold_equally_many_rows_however_the_probabilities_crowd():
    predicted = np.random.default_rng(0).beta(0.5, 40, 1000)
    found = reliability(predicted, np.zeros(1000), bins=10)
    assert found.counts.tolist() == [100] * 10
    assert (np.diff(found.predicted) > 0).all()
    assert np.isnan(found.ratio)


def test_equal_probabilities_share_a_bin():
    values = np.repeat([0.3, 0.1, 0.2], [50, 3, 97])
    bins = equal_mass_bins(values, 15)
    assert [np.unique(bins[values == value]).tolist() for value in (0.1, 0.2, 0.3)] == [[0], [1], [2]]
    assert len(reliability(np.full(20, 0.5), np.zeros(20))) == 1


def test_a_calibrated_models_error_is_its_noise_and_a_bold_ones_far_above():
    rng = np.random.default_rng(3)
    truth = rng.beta(1, 20, 60_000)
    found = [reliability(truth, rng.random(60_000) < truth) for _ in range(20)]
    errors, noise = [table.expected_calibration_error for table in found], found[0].noise
    assert np.mean(errors) == pytest.approx(noise, rel=0.15)
    bold = reliability(truth * 1.5, rng.random(60_000) < truth)
    assert bold.expected_calibration_error == pytest.approx(0.5 * truth.mean(), rel=0.15)
    assert bold.expected_calibration_error > 5 * noise


def test_intervals_are_wilsons():
    low, high = reliability(np.full(10, 0.4), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]).intervals()
    # (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
    z = 1.959964
    middle, half = 0.2 + z**2 / 20, z * np.sqrt(0.16 / 10 + z**2 / 400)
    assert (low[0], high[0]) == pytest.approx(((middle - half) / (1 + z**2 / 10), (middle + half) / (1 + z**2 / 10)))


def test_no_bins_are_refused():
    with pytest.raises(InputError, match="bins is 0"):
        reliability([0.5], [1], bins=0)


def test_markdown_has_a_row_a_bin_and_the_errors():
    text = reliability_markdown(reliability([0.1, 0.2, 0.6, 0.8], [0, 1, 1, 1], bins=2))
    lines = text.splitlines()
    assert lines[2].startswith("| 1 | 0.1500 | 0.5000 | ")
    assert lines[3].endswith("| 2 |")
    assert "Expected calibration error 0.3250" in lines[5]
    assert "observed 0.567" in lines[5]


def test_the_picture_names_its_lines(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    tables = {name: reliability([0.1, 0.2, 0.6], [0, 1, 1], bins=2) for name in ("before $1$", "after")}
    reliability_plot(tables, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert "before $1$ (error" in text
    assert "after (error" in text
    assert [path.name for path in tmp_path.iterdir()] == ["plot.svg"]
    with pytest.raises(InputError, match="'.doc'"):
        reliability_plot(tables, tmp_path / "plot.doc")
    with pytest.raises(InputError, match="0 reliability tables"):
        reliability_plot({}, tmp_path / "plot.svg")
