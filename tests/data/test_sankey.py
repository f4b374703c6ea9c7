"""Sankeys: widths true to values, few crossings, and circles that are seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data.sankey import MOST_PLACES, _backward, crossings, sankey
from installation.errors import DataError

AREA = (0.1, 0.1, 0.8, 0.8)
NAMES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), min_size=1, max_size=30)


def lay(*links: tuple[str, str, float], gap: float = 0.02, apart: bool = False):  # type: ignore[no-untyped-def]
    origin, destination, value = zip(*links, strict=True)
    return sankey([origin, destination], np.array(value, float), AREA, gap, 16 / 9, apart)


def test_every_width_is_true_to_its_value_and_every_place_to_its_sum() -> None:
    laid = lay(("a", "c", 3.0), ("b", "c", 1.0), ("c", "d", 2.0))
    assert np.allclose(2 * laid.half / np.array([3.0, 1.0, 2.0]), laid.scale)
    node = {one.name: one for one in laid.nodes}
    assert node["c"].high - node["c"].low == pytest.approx(4.0 * laid.scale)
    assert (node["c"].receives, node["c"].sends) == (4.0, 2.0)
    assert [node[name].stage for name in "abcd"] == [0, 0, 1, 2]


def test_more_places_than_can_be_told_apart_are_refused_before_they_fill_the_memory() -> None:
    with pytest.raises(DataError, match="1,002 places; at most 1,000"):
        lay(*((f"a{i}", f"b{i}", 1.0) for i in range(MOST_PLACES // 2 + 1)))


def test_streams_fill_their_places_without_lying_on_each_other() -> None:
    laid = lay(("a", "c", 3.0), ("b", "c", 1.0), ("a", "d", 2.0))
    node = {one.name: one for one in laid.nodes}
    ends = sorted((laid.points[row, -1, 1], laid.half[row]) for row in (0, 1))
    assert ends[0][0] + ends[0][1] == pytest.approx(ends[1][0] - ends[1][1], abs=1e-5)
    assert ends[0][0] - ends[0][1] == pytest.approx(node["c"].low, abs=1e-5)
    assert ends[1][0] + ends[1][1] == pytest.approx(node["c"].high, abs=1e-5)


def test_the_weakest_link_of_a_circle_runs_back_beneath_everything() -> None:
    laid = lay(("a", "b", 9.0), ("b", "c", 8.0), ("c", "a", 1.0))
    assert laid.back.tolist() == [False, False, True]
    others = min(float(node.low) for node in laid.nodes)
    loop = laid.points[2]
    assert loop[:, 1].min() < others
    assert loop[0, 0] > loop[-1, 0], "from the right to the left"
    assert loop[1, 0] > loop[0, 0] and loop[-2, 0] < loop[-1, 0], "leaves to the right, comes in from the left"
    assert loop.min() > 0


def test_who_sends_to_itself_is_seen_as_well() -> None:
    laid = lay(("a", "a", 2.0), ("a", "b", 5.0))
    assert laid.back.tolist() == [True, False]
    assert np.ptp(laid.points[0, :, 1]) > 0.05


def test_names_may_stand_apart_at_both_sides_and_then_nothing_runs_back() -> None:
    laid = lay(("a", "b", 1.0), ("b", "a", 2.0), apart=True)
    assert not laid.back.any()
    assert len(laid.nodes) == 4


def test_stages_between_are_passed_in_their_order() -> None:
    laid = sankey([["a", "b"], ["m", "m"], ["x", "y"]], np.array([1.0, 2.0]), AREA, 0.02, 16 / 9)
    middle = next(node for node in laid.nodes if node.name == "m")
    for row in (0, 1):
        there = np.abs(laid.points[row, :, 0] - middle.x).argmin()
        assert middle.low - 0.01 < laid.points[row, there, 1] < middle.high + 0.01


def test_order_leaves_no_crossing_that_need_not_be() -> None:
    laid = lay(*((f"o{i}", f"d{(i * 7) % 10}", 1.0 + i) for i in range(10)))
    place = {node.name: node.low for node in laid.nodes}
    order = [place[f"d{(i * 7) % 10}"] for i in sorted(range(10), key=lambda i: place[f"o{i}"])]
    assert order == sorted(order)
    stage = np.array([0, 0, 1, 1])
    flow = np.zeros((4, 4))
    flow[0, 3], flow[1, 2] = 5.0, 2.0
    assert crossings(flow, stage, np.array([0.0, 1.0, 0.0, 1.0])) == 2.0


@settings(max_examples=40, deadline=None)
@given(NAMES)
def test_any_network_is_drawn_whole_inside_the_canvas(links: list[tuple[str, str]]) -> None:
    laid = lay(*((one, other, 1.0 + i) for i, (one, other) in enumerate(links)))
    assert np.isfinite(laid.points).all()
    assert (laid.half > 0).all()
    assert -0.1 < laid.points[..., 0].min() and laid.points[..., 0].max() < 1.1
    names = sorted({name for link in links for name in link})
    flow = np.zeros((len(names), len(names)))
    for one, other in links:
        flow[names.index(one), names.index(other)] += 1
    rest = np.where(_backward(flow), 0, flow)
    for _ in names:
        rest = rest[:, rest.any(axis=1)][rest.any(axis=1)] if rest.size else rest
    assert not rest.size or not rest.any(), "what runs ahead makes no circle"
