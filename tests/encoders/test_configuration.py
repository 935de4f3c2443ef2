import pytest

from tfrec_dl.encoders import GRU, LSTM, Caser, NextItNet, SimpleRNN
from tfrec_dl.errors import InputError


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        *((body, {"units": 0}) for body in (SimpleRNN, LSTM, GRU)),
        (GRU, {"units": "many"}),
        (GRU, {"layers": 0}),
        (GRU, {"dropout": 1.0}),
        (GRU, {"dropout": -0.1}),
        (GRU, {"dropout": float("nan")}),
        (GRU, {"name": "lstm"}),
        (Caser, {"window": 0}),
        (Caser, {"horizontal_filters": 0}),
        (Caser, {"vertical_filters": 0}),
        (Caser, {"units": 0}),
        (Caser, {"dropout": 1.0}),
        (NextItNet, {"dilations": (1, 0)}),
        (NextItNet, {"dilations": (-1,)}),
        (NextItNet, {"dilations": ()}),
        (NextItNet, {"kernel_size": 0}),
        (NextItNet, {"channels": 0}),
        (NextItNet, {"dropout": 1.0}),
        (GRU, {"unit": 8}),
        (Caser, {"filters": 8}),
        (NextItNet, {"dilation": (1,)}),
    ],
)
def test_settings_out_of_bounds_or_unheard_of_are_refused(body, settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        body(**settings)


@pytest.mark.parametrize("body", [SimpleRNN, LSTM, GRU, Caser, NextItNet])
def test_configurations_cannot_be_changed(body):
    with pytest.raises(AttributeError):
        body().dropout = 0.3
