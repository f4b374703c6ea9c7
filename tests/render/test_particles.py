"""Particles: how many, where, and that both ways of drawing them agree."""

from __future__ import annotations

import numpy as np
import pytest

from installation.gpu.device import Device
from installation.render.particles import CHUNK, PARTS, Points, Splat
from installation.render.paths import LANE, PACES, TONES, WIDEST, Paths, chance
from installation.render.threads import TILE, bake_ends, bake_threads, tiles

WIDTH, HEIGHT = 160, 90


def straight(value: list[float], unit: float = 1.0, seed: int = 1) -> Paths:
    """Level paths across the canvas, one a value."""
    rows = np.linspace(0.25, 0.75, len(value))
    points = np.stack([np.stack([np.linspace(0.1, 0.9, 64), np.full(64, y)], axis=1) for y in rows]).astype(np.float32)
    return Paths.of(points, np.array(value), np.arange(len(value), dtype=np.int32) % 4, unit, WIDTH / HEIGHT, seed=seed)


def pair(one: float, other: float) -> Paths:
    """Two groups from the same place to the same place."""
    points = np.stack([np.stack([np.linspace(0.1, 0.9, 64), np.full(64, 0.5)], axis=1)] * 2).astype(np.float32)
    return Paths.of(points, np.array([one, other]), np.array([0, 1], np.int32), 1.0, WIDTH / HEIGHT, seed=1)


# -- paths -----------------------------------------------------------------------------------------------------------------


def test_one_particle_stands_for_each_whole_unit() -> None:
    paths = straight([100.0, 14.0, 4.0], unit=10.0)
    assert np.bincount(paths.flow, minlength=3).tolist() == [10, 1, 0]


def test_the_same_seed_spreads_particles_the_same_way() -> None:
    assert np.array_equal(straight([50.0]).phase, straight([50.0]).phase)
    assert not np.array_equal(straight([50.0]).phase, straight([50.0], seed=2).phase)


def test_a_particle_keeps_its_phase_when_other_flows_change() -> None:
    """Chance is a hash of flow and number, not a sequence: another row of data moves nobody else's particles."""
    before, after = straight([20.0, 30.0]), straight([20.0, 31.0])
    assert np.array_equal(before.phase[before.flow == 0], after.phase[after.flow == 0])


def test_too_many_particles_ask_for_a_larger_unit() -> None:
    with pytest.raises(ValueError, match="choose a larger unit"):
        straight([5e6])


def test_particles_move_equally_fast_over_the_wall_on_paths_of_any_length() -> None:
    short, long = np.zeros((2, 64, 2), np.float32)
    short[:, 0], long[:, 0] = np.linspace(0.4, 0.6, 64), np.linspace(0.1, 0.9, 64)
    paths = Paths.of(np.stack([short, long]), np.ones(2), np.zeros(2, np.int32), 1.0, 1.0, seed=1)
    assert paths.rate[0] * 0.2 == pytest.approx(paths.rate[1] * 0.8)


def test_particles_are_spread_unevenly_but_leave_no_hole() -> None:
    gaps = np.diff(np.sort(straight([200.0]).phase))
    assert gaps.std() > 0.2 / 200
    assert gaps.max() < 2.01 / 200


def test_a_ribbon_widens_with_the_root_of_its_particles_up_to_a_widest() -> None:
    def half(count: float) -> float:
        return float(np.abs(straight([count]).lanes.aside).max())

    assert half(10_000) / half(2_500) == pytest.approx(2, rel=0.25)
    assert half(1) < LANE
    assert half(900_000) <= WIDEST


def test_lanes_are_so_close_that_no_rails_are_seen_and_every_particle_has_one() -> None:
    paths = straight([9_000.0, 3.0])
    aside = np.sort(paths.lanes.aside[paths.lanes.flow == 0])
    assert np.diff(aside).max() < 2.5 * LANE
    assert np.array_equal(paths.lanes.flow[paths.lane], paths.flow)
    assert np.array_equal(np.bincount(paths.lane, minlength=len(paths.lanes.flow)), paths.lanes.count)


def test_streams_with_the_same_ends_run_side_by_side() -> None:
    paths = pair(900.0, 400.0)
    first, second = (paths.lanes.aside[paths.lanes.flow == flow] for flow in (0, 1))
    assert first.max() < second.min() or second.max() < first.min()


def test_pace_and_brightness_are_one_on_average() -> None:
    assert PACES.mean() == pytest.approx(1)
    assert TONES.mean() == pytest.approx(1)
    paths = straight([4_000.0])
    assert set(paths.pace) == set(range(len(PACES)))
    assert TONES[paths.tone].mean() == pytest.approx(1, abs=0.05)


def test_chance_is_even_and_the_same_for_the_same_keys() -> None:
    numbers = np.arange(20_000)
    found = chance(7, 1, np.zeros_like(numbers), numbers)
    assert np.histogram(found, 10, (0, 1))[0].min() > 1_800
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.03
    assert found[17] == chance(7, 1, np.array([0]), np.array([17]))[0]
    assert found[17] != chance(8, 1, np.array([0]), np.array([17]))[0]


def test_tracks_begin_and_end_in_their_places() -> None:
    paths = straight([400.0, 7.0])
    steps = paths.steps(HEIGHT, 0.5, 1_000_000)
    seen = 0
    for part, lane, along, place in paths.tracks(steps):
        begins, ends = place[along == 0], place[along == 1]
        assert np.allclose(begins[:, 0], 0.1, atol=0.005)
        assert np.allclose(ends[:, 0], 0.9, atol=0.005)
        assert part.stop - part.start == len(lane)
        seen += len(lane)
    assert seen == steps.sum()


# -- what lies still -------------------------------------------------------------------------------------------------------


def test_threads_are_light_where_paths_run_and_arrive_in_order() -> None:
    light, arrival = bake_threads(straight([1.0]), WIDTH, HEIGHT)
    row = np.argmax(light[..., 0].sum(axis=1))
    assert abs(row - 22) <= 1
    assert light[50:, :, 0].max() == 0
    along = arrival[row, 20:140].astype(int)
    assert (np.diff(along) >= 0).all()
    assert along[0] < 20
    assert along[-1] > 230


def test_a_group_of_small_streams_has_silk_too() -> None:
    light, _ = bake_threads(straight([10_000.0, 2.0]), WIDTH, HEIGHT)
    assert light[..., 1].max() > 40


def test_a_stream_of_less_than_a_particle_still_has_its_silk() -> None:
    paths = straight([0.3])
    assert len(paths.phase) == 0
    assert bake_threads(paths, WIDTH, HEIGHT)[0].max() > 40


def test_places_glow_by_what_begins_and_ends_there() -> None:
    sources, sinks = bake_ends(straight([900.0, 9.0]), WIDTH, HEIGHT)
    assert sources.shape == (22, 40, 4)
    assert sources[:, :20].any()
    assert not sources[:, 20:].any()
    assert not sinks[:, :20].any()
    assert int(sinks[..., 0].sum()) > 2 * int(sinks[..., 1].sum()) > 0


def test_tiles_cover_all_that_can_be_lit_and_leave_out_what_is_dark() -> None:
    paths = straight([400.0])
    _, arrival = bake_threads(paths, WIDTH, HEIGHT)
    corners = tiles(arrival, *bake_ends(paths, WIDTH, HEIGHT))
    drawn = np.zeros((HEIGHT, WIDTH), bool)
    for left, bottom, right, top in corners * np.array([WIDTH, HEIGHT, WIDTH, HEIGHT]):
        drawn[round(bottom) : round(top), round(left) : round(right)] = True
    lit = np.argwhere(arrival < 255)
    for row, column in lit[::37]:
        assert drawn[max(row - TILE, 0) : row + TILE, max(column - TILE, 0) : column + TILE].all()
    assert not drawn[70:].any()


# -- both ways of drawing --------------------------------------------------------------------------------------------------


def both(device: Device, paths: Paths, seconds: float, grow: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Particles in each pixel as they are counted, and as they are drawn."""
    splat, points = Splat(device, paths, WIDTH, HEIGHT), Points(device, paths, WIDTH, HEIGHT)
    for way in (splat, points):
        way.prepare(seconds, 0.1, grow, 1.0)
    device.uniforms.upload()
    points.draw()
    found = splat.counts(), points.counts()
    splat.close()
    points.close()
    return found


@pytest.mark.gl
def test_points_and_splats_put_the_light_in_the_same_places(device: Device) -> None:
    counted, drawn = both(device, straight([400.0, 200.0, 100.0]), 12.5)
    assert counted.shape == drawn.shape == (HEIGHT, WIDTH, 4)
    assert np.allclose(counted.sum(axis=(0, 1)), drawn.sum(axis=(0, 1)), rtol=0.03, atol=0.5)
    for channel in range(3):
        a, b = drawn[..., channel] > 0.05, counted[..., channel] > 0.05
        spread = np.array([np.roll(np.roll(a, dy, 0), dx, 1) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]).any(axis=0)
        assert b.any()
        assert (b & ~spread).sum() == 0
    # Places in a pixel are a quarter of one apart in the table (in a crowd a whole one), and exact on the GPU.
    blocks = [picture.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 4).sum(axis=(1, 3)) for picture in (counted, drawn)]
    assert np.abs(blocks[0] - blocks[1]).sum() < 0.45 * drawn.sum()


@pytest.mark.gl
def test_a_crowd_is_counted_whole_and_stands_where_its_sparks_would(device: Device) -> None:
    paths = straight([20_000.0])
    counted, drawn = both(device, paths, 12.5)
    assert counted.sum() == pytest.approx(20_000, rel=0.04)
    across = [picture[..., 0].sum(axis=1) for picture in (counted, drawn)]
    middles = [(share * np.arange(HEIGHT)).sum() / share.sum() for share in across]
    assert middles[0] == pytest.approx(middles[1], abs=0.3)


@pytest.mark.gl
def test_a_lone_spark_is_the_same_either_way(device: Device) -> None:
    counted, drawn = both(device, straight([1.0]), 3.0)
    assert 0.4 < counted.sum() < 1.8
    assert np.count_nonzero(counted) <= 4
    rows, columns = np.indices((HEIGHT, WIDTH))
    for axis in (rows, columns):
        middle = [(axis * light[..., 0]).sum() / light[..., 0].sum() for light in (counted, drawn)]
        assert middle[0] == pytest.approx(middle[1], abs=0.3)


@pytest.mark.gl
def test_all_particles_are_counted_but_for_those_that_set_out_or_arrive(device: Device) -> None:
    paths = straight([3_000.0])
    splat = Splat(device, paths, WIDTH, HEIGHT)
    splat.prepare(1.0, 0.1, 1.0, 1.0)
    assert 0.95 * 3_000 < splat.counts().sum() < 3_050
    splat.close()


@pytest.mark.gl
def test_a_spark_creeps_without_jumping(device: Device) -> None:
    splat = Splat(device, straight([1.0]), WIDTH, HEIGHT)
    middles = []
    for frame in range(60):
        splat.prepare(frame / 60, 0.05, 1.0, 1.0)
        light = splat.counts()[..., 0]
        if light.sum() > 0.3:
            middles.append((np.arange(WIDTH) * light).sum() / light.sum())
    assert len(middles) > 40
    assert np.abs(np.diff(middles)).max() <= 2 / PARTS + 0.01
    splat.close()


@pytest.mark.gl
def test_a_particle_is_a_function_of_time_alone(device: Device) -> None:
    paths = straight([400.0])
    first, second = Splat(device, paths, WIDTH, HEIGHT), Splat(device, paths, WIDTH, HEIGHT)
    for seconds in (0.0, 1.0, 2.0, 3.0):
        first.prepare(seconds, 0.1, 1.0, 1.0)
    second.prepare(3.0, 0.1, 1.0, 1.0)
    assert np.array_equal(first.counts(), second.counts())
    first.close()
    second.close()


@pytest.mark.gl
@pytest.mark.parametrize("many", [CHUNK, CHUNK + 1])
def test_particles_fill_chunks_of_any_size(device: Device, many: int) -> None:
    splat = Splat(device, straight([float(many)]), WIDTH, HEIGHT)
    splat.prepare(2.0, 0.1, 1.0, 1.0)
    assert splat.counts().sum() == pytest.approx(many, rel=0.03)
    splat.close()


@pytest.mark.gl
def test_a_crowd_in_one_pixel_does_not_spill_into_the_next_group(device: Device) -> None:
    """Twenty thousand between two places half a pixel apart: their counts must fit into sixteen bits."""
    points = np.full((1, 64, 2), 0.5, np.float32)
    points[0, :, 0] = np.linspace(0.5, 0.502, 64)
    paths = Paths.of(points, np.array([2e4]), np.zeros(1, np.int32), 1.0, WIDTH / HEIGHT, seed=1)
    splat = Splat(device, paths, WIDTH, HEIGHT)
    for seconds in range(5):
        splat.prepare(seconds, 0.1, 1.0, 1.0)
        counts = splat.counts()
        assert counts[..., 1:].max() == 0
        assert counts.sum() == pytest.approx(2e4, rel=0.15)
    splat.close()


@pytest.mark.gl
def test_nothing_travels_beyond_where_a_path_has_grown_to(device: Device) -> None:
    for light in both(device, straight([400.0]), 5.0, grow=0.5):
        assert light[:, 20:76].any()
        assert not light[:, 85:].any()


@pytest.mark.gl
def test_what_is_outside_the_canvas_is_not_counted(device: Device) -> None:
    points = np.stack([np.stack([np.linspace(0.5, 1.8, 64), np.full(64, 0.5)], axis=1)]).astype(np.float32)
    paths = Paths.of(points, np.array([1_000.0]), np.zeros(1, np.int32), 1.0, WIDTH / HEIGHT, seed=1)
    for light in both(device, paths, 1.0):
        assert light[..., 0].sum() == pytest.approx(1_000 * 0.5 / 1.3, rel=0.1)
        assert not light[:, :78].any()


@pytest.mark.gl
def test_a_wall_without_streams_is_dark(device: Device) -> None:
    none = np.zeros((0, 64, 2), np.float32)
    paths = Paths.of(none, np.zeros(0), np.zeros(0, np.int32), 1.0, WIDTH / HEIGHT, seed=1)
    for light in both(device, paths, 1.0):
        assert not light.any()
    assert bake_threads(paths, WIDTH, HEIGHT)[0].max() == 0
