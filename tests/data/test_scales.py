"""Scales in classes: thresholds and quantiles, which stay as they were fitted, with a missing-state of their own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.data.colour import ramp
from installation.data.scales import Scale
from installation.errors import DataError


def test_a_value_at_a_cut_is_above_it() -> None:
    scale = Scale("threshold", cuts=(10, 20), range=(0, 2))
    assert scale.apply([9.99, 10, 19, 20, 400]).tolist() == [0, 1, 1, 2, 2]


def test_each_class_has_its_own_colour_unmixed() -> None:
    colours = ("#ff0000", "#00ff00", "#0000ff")
    found = Scale("threshold", cuts=(1, 2), ramp=colours).apply([0, 1, 2])
    assert np.allclose(found, ramp(colours, [0, 0.5, 1]), atol=1e-6)


def test_quantiles_share_the_rows_evenly_and_stay_as_fitted() -> None:
    values = np.arange(100.0) ** 3
    scale = Scale("quantile", steps=5, range=(0, 4)).fitted(values)
    assert np.bincount(scale.apply(values).astype(int)).tolist() == [20] * 5
    assert scale.apply([values[-1]]).tolist() == [4], "one year alone is told by all years' cuts"
    assert scale.cuts == pytest.approx(np.quantile(values, [0.2, 0.4, 0.6, 0.8]))


def test_a_quantile_scale_has_a_class_for_each_colour_and_else_quarters() -> None:
    assert Scale("quantile", ramp=("#000000", "#888888", "#ffffff")).classes == 3
    assert Scale("quantile").classes == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "threshold"}, "needs its cuts"),
        ({"kind": "threshold", "cuts": (2, 1)}, "don't rise"),
        ({"kind": "threshold", "cuts": (1, np.nan)}, "don't rise"),
        ({"kind": "linear", "cuts": (1, 2)}, "takes no cuts"),
        ({"kind": "linear", "steps": 3}, "takes no steps"),
        ({"kind": "quantile", "steps": 1}, "tell nothing apart"),
        ({"kind": "quantile", "steps": 3, "ramp": ("#000000", "#ffffff")}, "share 2 colours"),
        ({"kind": "quantile", "domain": (0, 1)}, "takes no domain"),
    ],
)
def test_classes_that_cannot_work_say_why(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Scale(**arguments)  # type: ignore[arg-type]


@given(st.sampled_from(["quantile", "threshold"]), st.lists(st.floats(width=32), max_size=30))
def test_whatever_comes_is_in_a_class_or_missing(kind: str, values: list[float]) -> None:
    scale = Scale(kind, cuts=(0.0, 5.0) if kind == "threshold" else None)  # type: ignore[arg-type]
    found = scale.apply(values)
    assert np.array_equal(np.isnan(found), ~np.isfinite(np.array(values)))
    assert np.all((found[~np.isnan(found)] >= 0) & (found[~np.isnan(found)] <= 1))


def test_a_ramp_that_is_looked_up_is_the_ramp_that_is_mixed() -> None:
    colours = ("#1b0f14", "#e0704a", "#f3ead6")
    values = np.linspace(0, 1, 500)
    found = Scale("linear", domain=(0, 1), ramp=colours).apply(values)
    assert np.abs(found - ramp(colours, values)).max() < 0.5 / 255
