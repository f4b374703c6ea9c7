"""Particles: how many, where, and that both ways of drawing them agree."""

from __future__ import annotations

import numpy as np
import pytest

from installation.gpu.device import Device
from installation.render.particles import Paths, Points, Splat, bake_threads


def straight(value: list[float], unit: float = 1.0) -> Paths:
    """Level paths across the canvas, one a value."""
    rows = np.linspace(0.25, 0.75, len(value))
    points = np.stack([np.stack([np.linspace(0.1, 0.9, 64), np.full(64, y)], axis=1) for y in rows]).astype(np.float32)
    return Paths.of(points, np.array(value), np.arange(len(value), dtype=np.int32) % 4, unit, 16 / 9, seed=1)


def test_one_particle_stands_for_each_whole_unit() -> None:
    paths = straight([100.0, 14.0, 4.0], unit=10.0)
    assert np.bincount(paths.flow, minlength=3).tolist() == [10, 1, 0]


def test_the_same_seed_spreads_particles_the_same_way() -> None:
    assert np.array_equal(straight([50.0]).phase, straight([50.0]).phase)


def test_too_many_particles_ask_for_a_larger_unit() -> None:
    with pytest.raises(ValueError, match="choose a larger unit"):
        straight([5e6])


def test_particles_move_equally_fast_over_the_wall_on_paths_of_any_length() -> None:
    short, long = np.zeros((2, 64, 2), np.float32)
    short[:, 0], long[:, 0] = np.linspace(0.4, 0.6, 64), np.linspace(0.1, 0.9, 64)
    paths = Paths.of(np.stack([short, long]), np.ones(2), np.zeros(2, np.int32), 1.0, 1.0, seed=1)
    assert paths.rate[0] * 0.2 == pytest.approx(paths.rate[1] * 0.8)


def test_threads_are_light_where_paths_run_and_arrive_in_order() -> None:
    light, arrival = bake_threads(straight([1.0]), 160, 90)
    row = np.argmax(light[..., 0].sum(axis=1))
    assert abs(row - 22) <= 1
    assert light[50:, :, 0].max() == 0
    along = arrival[row, 20:140].astype(int)
    assert (np.diff(along) >= 0).all()
    assert along[0] < 20
    assert along[-1] > 230


@pytest.mark.gl
def test_points_and_splats_put_the_light_in_the_same_places(device: Device) -> None:
    paths = straight([400.0, 200.0, 100.0])
    splat, points = Splat(device, paths, 160, 90), Points(device, paths, 160, 90)
    for way in (splat, points):
        way.prepare(12.5, 0.1, 1.0, 1.0)
    device.uniforms.upload()
    points.draw()
    drawn = points._target.read()[..., :3].astype(float)
    counted = splat._counts[..., :3].astype(float)
    assert counted.shape == (45, 80, 4)[:2] + (3,)
    small = drawn.reshape(45, 2, 80, 2, 3).sum(axis=(1, 3))
    for channel in range(3):
        a, b = small[..., channel] > 0, counted[..., channel] > 0
        spread = np.array([np.roll(np.roll(a, dy, 0), dx, 1) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]).any(axis=0)
        assert b.any()
        assert (b & ~spread).sum() == 0
    splat.close()
    points.close()


@pytest.mark.gl
def test_a_particle_is_a_function_of_time_alone(device: Device) -> None:
    paths = straight([400.0])
    first, second = Splat(device, paths, 160, 90), Splat(device, paths, 160, 90)
    for seconds in (0.0, 1.0, 2.0, 3.0):
        first.prepare(seconds, 0.1, 1.0, 1.0)
    second.prepare(3.0, 0.1, 1.0, 1.0)
    assert np.array_equal(first._counts, second._counts)
    first.close()
    second.close()


@pytest.mark.gl
def test_nothing_travels_beyond_where_a_path_has_grown_to(device: Device) -> None:
    paths = straight([400.0])
    splat = Splat(device, paths, 160, 90)
    splat.prepare(5.0, 0.1, 0.5, 1.0)
    assert splat._counts[:, :70].any()
    assert not splat._counts[:, 85:].any()
    splat.close()
