"""What is logged, shown on a terminal."""

from dataclasses import replace

from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.retrieval.memory_estimate import SizeEstimate
from tfrec_dl.retrieval.memory_report import log_estimate

GIB = 2**30
SMALL = SizeEstimate(
    items=1_000,
    rows=1_002,
    loaded=GIB // 2,
    tables=300_000,
    biases=5_000,
    network=200_000,
    slots=1_000_000,
    step=50_000_000,
    evaluation=20_000_000,
    checkpoints=3_000_000,
    export=400_000,
    available=21 * GIB,
)


def show_size(estimate):
    with shown_progress():
        log_estimate(estimate)


def test_small_training_takes_a_line(capsys):
    show_size(SMALL)
    line = "memory: about 0.6 GiB of 21.5 GiB; 3 MiB of disk for checkpoints, 0 MiB for an export\n"
    assert capsys.readouterr().out == line


def test_nothing_is_compared_with_a_limit_that_is_not_known(capsys):
    show_size(replace(SMALL, available=None))
    assert capsys.readouterr().out.startswith("memory: about 0.6 GiB; 3 MiB")


def test_large_training_is_shown_in_parts(capsys):
    show_size(replace(SMALL, items=10_000_000, rows=2_000_002, tables=2 * GIB, slots=4 * GIB))
    printed = capsys.readouterr().out
    assert "tables of items, 2,000,002 rows for 10,000,000 items" in printed
    assert "2.0 GiB" in printed
    assert "in all, of 21.5 GiB" in printed
    assert "6.6 GiB" in printed


def test_training_that_does_not_fit_is_shown_in_parts_however_small(capsys):
    show_size(replace(SMALL, available=0))
    assert "optimiser" in capsys.readouterr().out
