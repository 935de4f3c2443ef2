"""Classes of settings: what is refused, and that values stay as they were made."""

from dataclasses import FrozenInstanceError, replace

import pytest
from pydantic import Field, TypeAdapter, model_validator

from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError


@configuration
class Part:
    width: int = Field(default=3, ge=1)


@configuration
class Tower:
    units: int = Field(ge=1)
    parts: tuple[Part, ...] = ()
    rate: float = 0.1

    @model_validator(mode="after")
    def _rate_of_wide_towers(self):
        if self.units > 100 and self.rate > 0.5:
            raise ValueError(f"rate is {self.rate}, but wide towers need at most 0.5")
        return self


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Tower(units=0), "Tower: 'units' is 0 (Input should be greater than or equal to 1)."),
        (lambda: Tower(0), "Tower: 'units' is 0 (Input should be greater than or equal to 1)."),
        (lambda: Tower(unit=8), "Tower has no 'unit': did you mean 'units'?"),
        (lambda: Tower(), "Tower needs 'units': give it."),
        (lambda: Tower(8, parts=[{"width": 0}]), "Tower: 'parts.0.width' is 0 (Input should be greater than"),
        (lambda: Tower(8, parts=[{"widht": 2}]), "Tower has no 'parts.0.widht': leave it out."),
        (lambda: replace(Tower(8), rate="fast"), "Tower: 'rate' is 'fast' (Input should be a valid number"),
        (lambda: Tower(units=200, rate=0.9), "Tower: rate is 0.9, but wide towers need at most 0.5."),
    ],
)
def test_a_mistake_is_one_line_with_field_and_value(make, said):
    with pytest.raises(InputError) as refused:
        make()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_values_are_read_and_do_not_change():
    tower = Tower(units="8", parts=[{"width": 5}])
    assert tower == Tower(8, (Part(5),))
    assert TypeAdapter(Tower).validate_python(TypeAdapter(Tower).dump_python(tower)) == tower
    with pytest.raises(FrozenInstanceError):
        tower.units = 9
