import io

import pytest
from rich.console import Console

from tfrec_dl.cli.epoch_bars import EpochBars, clock, sparkline
from tfrec_dl.cli.epochs import shown_epochs


@pytest.fixture
def screen():
    return Console(file=io.StringIO(), force_terminal=True, width=160, color_system=None)


def _trained(bars, values, epochs=3, steps=2):
    bars.set_params({"epochs": epochs, "steps": steps})
    bars.on_train_begin()
    for epoch, value in enumerate(values):
        bars.on_epoch_begin(epoch)
        for step in range(steps):
            bars.on_train_batch_end(step)
        bars.on_epoch_end(epoch, {"loss": 4.0 - epoch, "val_ndcg@10": value, "val_mrr@10": 0.5})
    bars.on_train_end()


def test_an_epoch_that_is_done_leaves_a_line_with_the_course_of_the_metric(screen):
    _trained(EpochBars(screen), [0.1, 0.2, 0.15])
    lines = screen.file.getvalue().split("\n")
    for number, told in enumerate(("loss 4.0000  ndcg@10 0.1000 ▁", "ndcg@10 0.2000 ▁█", "ndcg@10 0.1500 ▁█▄"), 1):
        assert [line for line in lines if f"epoch {number}/3" in line and told in line]
    assert ["at most" in line for line in lines if "loss" in line] == [True, True, False]


def test_trainings_one_after_the_other_have_courses_of_their_own(screen):
    bars = EpochBars(screen)
    _trained(bars, [0.1, 0.2], epochs=2)
    _trained(bars, [0.3], epochs=1)
    assert "ndcg@10 0.3000 ▁\n" in screen.file.getvalue().replace("\r", "").replace("\x1b[2K", "") + "\n"


def test_a_training_whose_steps_nobody_has_counted_is_shown_too(screen):
    bars = EpochBars(screen)
    bars.set_params({"epochs": 1, "steps": None})
    bars.on_train_begin()
    bars.on_epoch_begin(0)
    bars.on_train_batch_end(0)
    bars.on_epoch_end(0, {"loss": 1.0})
    bars.close()
    assert "epoch 1/1" in screen.file.getvalue()


@pytest.mark.parametrize(
    ("values", "drawn"), [([], ""), ([0.3], "▁"), ([0.0, 0.5, 1.0], "▁▅█"), ([1.0, float("nan"), 0.0], "█▁")]
)
def test_a_sparkline_goes_from_the_lowest_to_the_highest(values, drawn):
    assert sparkline(values) == drawn


def test_durations_are_read_as_on_a_clock():
    assert [clock(seconds) for seconds in (4.6, 750, 11_220)] == ["0:05", "12:30", "3:07:00"]


def test_where_there_is_no_terminal_keras_prints_a_line_an_epoch():
    with shown_epochs() as shown:
        assert shown == {"callbacks": (), "verbose": 2}
