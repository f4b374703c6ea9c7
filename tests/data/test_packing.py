"""Layouts that pack: no two marks overlap, areas are true, and the order of the table doesn't matter."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data import layouts
from installation.data.force import force
from installation.data.packing import beeswarm, treemap
from installation.errors import DataError

ASPECT = 16 / 9
AREA = (0.1, 0.2, 0.8, 0.6)


def apart(points: np.ndarray) -> float:
    """The least distance of two marks, in canvas heights."""
    at = points * np.array([ASPECT, 1.0])
    far = np.linalg.norm(at[:, None] - at[None], axis=2)
    np.fill_diagonal(far, np.inf)
    return float(far.min())


def some(count: int) -> tuple[np.ndarray, list[str]]:
    return np.random.default_rng(3).beta(2, 5, count).round(2), [f"k{i}" for i in range(count)]


@pytest.mark.parametrize("along", ["x", "y"])
def test_a_beeswarm_keeps_every_value_exactly_and_none_overlaps(along: str) -> None:
    values, keys = some(200)
    points, size = beeswarm(values, keys, 0.03, AREA, ASPECT, along)
    axis, start, length = (0, 0.1, 0.8) if along == "x" else (1, 0.2, 0.6)
    assert np.allclose(points[:, axis], start + length * values, atol=1e-6)
    assert apart(points) >= size
    across = points[:, 1 - axis]
    inside = (0.2, 0.8) if along == "x" else (0.1, 0.9)
    half = size / 2 if along == "x" else size / 2 / ASPECT
    assert across.min() >= inside[0] + half - 1e-6
    assert across.max() <= inside[1] - half + 1e-6


def test_bees_that_would_not_fit_are_smaller_and_those_that_do_are_not() -> None:
    values, keys = some(60)
    assert beeswarm(values, keys, 0.03, AREA)[1] == pytest.approx(0.03)
    same = np.full(60, 0.5)
    points, size = beeswarm(same, keys, 0.03, AREA)
    assert size < 0.03
    assert apart(points) >= size


def test_bees_without_a_value_stand_apart_and_not_at_zero() -> None:
    points, size = beeswarm([0.0, np.nan, np.nan, 0.5], list("abcd"), 0.03, AREA)
    assert np.allclose(points[1:3, 0], 0.1 - 3 * size / ASPECT, atol=1e-6)
    assert apart(points) >= size


def test_a_beeswarm_is_the_same_whatever_the_order_of_the_rows() -> None:
    values, keys = some(120)
    turn = np.random.default_rng(1).permutation(120)
    points, _ = beeswarm(values, keys, 0.03, AREA)
    turned, _ = beeswarm(values[turn], [keys[i] for i in turn], 0.03, AREA)
    assert np.array_equal(points[turn], turned)


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40))
@settings(max_examples=40)
def test_areas_of_a_treemap_are_true_and_fill_what_they_share(values: list[float]) -> None:
    boxes = treemap(values, [str(i) for i in range(len(values))], None, AREA, ASPECT).astype(np.float64)
    whole = 0.8 * ASPECT * 0.6
    assert np.allclose(boxes[:, 2] * boxes[:, 3], whole * np.array(values) / sum(values), rtol=2e-4, atol=1e-7)
    x, y, w, h = boxes[:, 0] * ASPECT, boxes[:, 1], boxes[:, 2], boxes[:, 3]
    wide = np.minimum((x + w / 2)[:, None], x + w / 2) - np.maximum((x - w / 2)[:, None], x - w / 2)
    high = np.minimum((y + h / 2)[:, None], y + h / 2) - np.maximum((y - h / 2)[:, None], y - h / 2)
    overlap = np.maximum(wide, 0) * np.maximum(high, 0)
    np.fill_diagonal(overlap, 0)
    assert overlap.max() < 1e-5


def test_a_treemap_is_near_square_keeps_groups_together_and_needs_no_order() -> None:
    values = np.array([6, 6, 4, 3, 2, 2, 1], float)
    boxes = treemap(values, list("abcdefg"), None, (0, 0, 0.6, 0.4), 1.0)
    assert np.maximum(boxes[:, 2] / boxes[:, 3], boxes[:, 3] / boxes[:, 2]).max() < 3.1
    groups = ["x", "y", "x", "y", "x", "y", "y"]
    parted = treemap(values, list("abcdefg"), groups, (0, 0, 1, 1), 1.0)
    for name in ("x", "y"):
        mine = parted[[g == name for g in groups]]
        low, high = (mine[:, :2] - mine[:, 2:] / 2).min(0), (mine[:, :2] + mine[:, 2:] / 2).max(0)
        assert (high - low).prod() == pytest.approx((mine[:, 2] * mine[:, 3]).sum(), rel=1e-4), "a group is a rectangle"
    turned = treemap(values[::-1], list("gfedcba"), groups[::-1], (0, 0, 1, 1), 1.0)
    assert np.array_equal(turned[::-1], parted)


def test_a_row_without_a_value_has_no_area() -> None:
    boxes = treemap([1.0, np.nan, 0.0, -2.0], list("abcd"))
    assert np.isfinite(boxes[0]).all()
    assert np.isnan(boxes[1:]).all()


def test_a_ring_is_even_begins_at_the_top_and_runs_clockwise() -> None:
    at, angle = layouts.ring(4, 0.4, 0.25, (0.5, 0.5), 1.0)
    assert np.allclose(at, [[0.5, 0.9], [0.9, 0.5], [0.5, 0.1], [0.1, 0.5]], atol=1e-6)
    down = np.stack([np.sin(angle), -np.cos(angle)], 1)  # where what points down at rest points
    assert np.allclose(down, (at - 0.5) / 0.4, atol=1e-5)


def test_jaws_are_whole_mouths_that_don_t_touch() -> None:
    groups = np.repeat(np.arange(7), 32)
    teeth = layouts.jaws(groups, 7, np.tile(layouts.TEETH, 7), None, AREA, ASPECT)
    reach = teeth.height / 2
    boxes = []
    for group in range(7):
        mine = groups == group
        x, y = teeth.x[mine] * ASPECT, teeth.y[mine]
        boxes.append((x.min() - reach.max(), x.max() + reach.max(), y.min() - reach.max(), y.max() + reach.max()))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[0] > b[1] or b[0] > a[1] or a[2] > b[3] or b[2] > a[3]
    assert teeth.x.min() > 0.1
    assert teeth.y.max() < 0.8


def network() -> tuple[list[str], list[str], list[str]]:
    keys = [f"n{i}" for i in range(40)]
    chance = np.random.default_rng(5)
    first = [keys[i] for i in chance.integers(0, 20, 60)] + [keys[i] for i in chance.integers(20, 40, 60)]
    second = [keys[i] for i in chance.integers(0, 20, 60)] + [keys[i] for i in chance.integers(20, 40, 60)]
    return keys, first, second


def test_in_a_network_the_linked_stand_close_and_none_overlaps() -> None:
    keys, first, second = network()
    points, size = force(keys, first, second, None, 0.03, AREA, ASPECT)
    assert apart(points) >= size * 0.999
    middle = [points[:20].mean(0), points[20:].mean(0)]
    assert np.linalg.norm((middle[0] - middle[1]) * [ASPECT, 1]) > 0.2, "two clusters stand apart"
    assert np.all((points >= [0.1, 0.2]) & (points <= [0.9, 0.8]))


def test_a_network_is_the_same_each_time_whatever_the_order_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path))
    keys, first, second = network()
    points, _ = force(keys, first, second)
    kept = list((tmp_path / "forces").glob("*.npy"))
    assert len(kept) == 1
    turned, _ = force(keys[::-1], first[::-1], second[::-1])
    assert np.array_equal(turned[::-1], points)
    assert len(list((tmp_path / "forces").glob("*.npy"))) == 1, "the same network is the same file"
    assert not np.array_equal(force(keys, first, second, seed=1)[0], points)


def test_too_large_a_network_is_refused() -> None:
    with pytest.raises(DataError, match="too many"):
        force([str(i) for i in range(4000)], [], [])
