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


def test_a_rank_is_among_all_years_so_that_years_compare() -> None:
    early, late = [1.0, 2.0, 3.0], [3.0, 10.0, 20.0]
    scale = Scale("rank").fitted([*early, *late])
    assert scale.fraction(early).tolist() == pytest.approx([0, 0.2, 0.5]), "the same 3 twice: their mean place"
    assert scale.fraction(late).tolist() == pytest.approx([0.5, 0.8, 1])
    assert scale.fraction([15.0]).tolist() == pytest.approx([0.9]), "on its way from one to the next"
    assert scale.fraction([-5.0, 99.0]).tolist() == [0, 1]


@given(st.lists(st.integers(-50, 50) | st.none(), min_size=1, max_size=60))
def test_ranks_are_places_in_the_sorted_rows_ties_at_their_mean(values: list[int | None]) -> None:
    present = sorted(v for v in values if v is not None)
    found = Scale("rank").fraction(np.array([np.nan if v is None else v for v in values]))
    for value, place in zip(values, found.tolist(), strict=True):
        if value is None:
            assert np.isnan(place)
        elif len(present) == 1:
            assert place == 0.5
        else:
            at = [i for i, other in enumerate(present) if other == value]
            assert place == pytest.approx(sum(at) / len(at) / (len(present) - 1))


def test_a_rank_of_very_many_rows_knows_few_places_and_is_right_to_a_shade() -> None:
    values = np.random.default_rng(1).lognormal(2.69, 2.15, 50_000)
    scale = Scale("rank").fitted(values)
    assert scale.ranked is not None and scale.ranked.values.size == 4096
    exact = values.argsort().argsort() / (values.size - 1)
    assert np.abs(scale.fraction(values) - exact).max() < 1 / 1024


@pytest.mark.parametrize(
    "scale",
    [
        Scale("rank"),
        Scale("quantile", steps=3),
        Scale("threshold", cuts=(2, 8)),
        Scale("linear"),
        Scale("log"),
        Scale("sqrt"),
        Scale("categorical"),
    ],
)
def test_no_scale_changes_what_a_value_means_when_the_year_does(scale: Scale) -> None:
    every = [1.0, 2.0, 3.0, 4.0, 9.0, 12.0, 40.0]
    fitted = scale.fitted(every)
    assert fitted.fraction([4.0]) == fitted.fraction([1.0, 4.0])[1] == fitted.fraction(every)[3]
