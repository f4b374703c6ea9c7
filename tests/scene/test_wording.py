"""Numbers as people read them, with their unit, and words where there is none."""

import math

import pytest

from installation.scene.schema import Format
from installation.scene.wording import written


@pytest.mark.parametrize(
    ("value", "given", "said"),
    [
        (249417.0, {"unit": "doctors"}, "249\u00a0417\u00a0doctors"),
        (2142.0, {}, "2142"),
        (32.345, {"unit": "%", "decimals": 1}, "32.3\u00a0%"),
        (3.0, {"decimals": 2}, "3.00"),
        (3.0, {}, "3"),
        (0.125, {}, "0.12"),
        (1234567.0, {"thousands": False}, "1234567"),
        (-2.5, {}, "\u22122.5"),
        (-0.001, {"decimals": 1}, "0.0"),
        (None, {}, "no data"),
        (math.nan, {"missing": "not asked"}, "not asked"),
    ],
)
def test_a_number_is_written_as_its_format_says(value: float | None, given: dict[str, object], said: str) -> None:
    assert written(value, Format.model_validate(given)) == said
