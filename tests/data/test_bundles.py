"""Bundled paths: exact ends, even steps, no kinks, trunks, ways around, and a cache that can be trusted."""

from pathlib import Path

import numpy as np
import pytest

from installation.data.bundles import bundle, evenly_spaced

ASPECT = 16 / 9
HIGH = np.array([ASPECT, 1.0], dtype=np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the tests that are not about the cache."""
    return tmp_path_factory.mktemp("bundles")


def fan(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Streams from a scattered left to a scattered right."""
    chance = np.random.default_rng(7)
    start = np.column_stack([chance.uniform(0.05, 0.2, count), chance.uniform(0.2, 0.8, count)])
    end = np.column_stack([chance.uniform(0.8, 0.95, count), chance.uniform(0.2, 0.8, count)])
    return start.astype(np.float32), end.astype(np.float32)


def bundled(tmp_path: Path, strength: float = 0.9, **more: object) -> np.ndarray:
    start, end = fan()
    return bundle(start, end, strength=strength, cache=tmp_path, **more)  # type: ignore[arg-type]


def test_ends_are_exact_and_steps_even(folder: Path) -> None:
    start, end = fan()
    paths = bundled(folder)
    assert paths.shape == (60, 64, 2)
    assert paths.dtype == np.float32
    assert np.array_equal(paths[:, 0], start)
    assert np.array_equal(paths[:, -1], end)
    steps = np.linalg.norm(np.diff(paths * HIGH, axis=1), axis=2)
    assert np.all(steps.max(axis=1) < 1.05 * steps.min(axis=1))


def test_paths_never_kink(folder: Path) -> None:
    for strength in (0.0, 0.5, 1.0):
        ahead = np.diff(bundled(folder, strength) * HIGH, axis=1)
        heading = np.unwrap(np.arctan2(ahead[..., 1], ahead[..., 0]), axis=1)
        assert np.degrees(np.abs(np.diff(heading, axis=1)).max()) < 15


def apart(paths: np.ndarray, sample: int) -> float:
    """How far a path is from its nearest neighbour at a sample, for one in two."""
    points = paths[:, sample] * HIGH
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    return float(np.median(np.where(np.eye(len(points), dtype=bool), np.inf, distance).min(axis=1)))


def test_strength_draws_streams_into_trunks_that_fan_out(folder: Path) -> None:
    loose, tight = bundled(folder, 0.0), bundled(folder, 1.0)
    assert apart(tight, 32) < 0.35 * apart(loose, 32)
    assert apart(tight, 2) > 3 * apart(tight, 32)
    assert apart(tight, 61) > 3 * apart(tight, 32)


def test_streams_of_one_place_leave_it_as_one_stem_and_part_from_there(folder: Path) -> None:
    start = [[0.5, 0.2], [0.5, 0.2], [0.1, 0.5]]
    end = [[0.2, 0.8], [0.8, 0.8], [0.9, 0.5]]
    loose, grown = (bundle(start, end, strength=strength, cache=folder) for strength in (0.0, 1.0))

    def angle(paths: np.ndarray) -> float:
        """Between the two that begin in one place, in degrees."""
        one, other = (paths[:2, 3] - paths[:2, 0]) * HIGH
        return float(np.degrees(np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other))))

    assert angle(loose) > 60
    assert angle(grown) < 15
    assert np.linalg.norm((grown[0, 40] - grown[1, 40]) * HIGH) > 0.3
    assert np.array_equal(grown[:, [0, -1]], np.stack([start, end], axis=1).astype(np.float32))


def test_unbundled_arcs_bow_gently(folder: Path) -> None:
    paths = bundled(folder, 0.0) * HIGH
    length = np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1)
    chord = np.linalg.norm(paths[:, -1] - paths[:, 0], axis=1)
    assert np.all(length > 1.03 * chord)
    assert np.all(length < 1.12 * chord)


def test_there_and_back_are_two_streams(folder: Path) -> None:
    ends = np.array([[0.2, 0.5], [0.8, 0.5]])
    paths = bundle(ends, ends[::-1], strength=0.9, cache=folder)
    assert abs(paths[0, 32, 1] - paths[1, 32, 1]) > 0.1


def test_streams_with_the_same_ends_stay_several(folder: Path) -> None:
    paths = bundle(np.full((3, 2), 0.2), np.full((3, 2), 0.8), strength=0.7, cache=folder)
    middle = paths[:, 32]
    assert min(np.linalg.norm(middle[i] - middle[j]) for i, j in ((0, 1), (1, 2))) > 0.003


def test_a_weighty_stream_draws_the_others_more_than_they_draw_it(folder: Path) -> None:
    start = np.array([[0.1, 0.40], [0.1, 0.44]])
    end = np.array([[0.9, 0.40], [0.9, 0.44]])
    arcs = bundle(start, end, strength=0.0, cache=folder)
    paths = bundle(start, end, np.array([1.0, 1e4]), 1.0, cache=folder)
    moved = np.abs(paths - arcs)[:, 32, 1]
    assert moved[0] > 2 * moved[1]


def test_paths_bend_around_what_they_must_avoid(folder: Path) -> None:
    circles = [(0.5, 0.52, 0.09), (0.35, 0.4, 0.06)]
    dense = evenly_spaced(bundled(folder, avoid=circles) * HIGH, 400)
    for x, y, radius in circles:
        assert np.linalg.norm(dense - np.array([x * ASPECT, y]), axis=2).min() > 0.95 * radius


def test_a_path_may_end_inside_what_others_avoid(folder: Path) -> None:
    paths = bundle([[0.1, 0.5]], [[0.5, 0.5]], avoid=[(0.5, 0.5, 0.1)], cache=folder)
    assert np.array_equal(paths[0, -1], np.array([0.5, 0.5], dtype=np.float32))


def test_a_flow_without_an_end_has_no_path_and_spoils_no_other(folder: Path) -> None:
    start, end = fan(5)
    start[2] = np.nan
    paths = bundle(start, end, cache=folder)
    assert np.all(np.isnan(paths[2]))
    assert np.all(np.isfinite(np.delete(paths, 2, axis=0)))


def test_flows_of_no_length_and_no_flows_at_all_are_fine(folder: Path) -> None:
    assert bundle(np.zeros((0, 2)), np.zeros((0, 2)), cache=folder).shape == (0, 64, 2)
    still = bundle([[0.3, 0.3], [0.1, 0.1]], [[0.3, 0.3], [0.9, 0.9]], cache=folder)
    assert np.allclose(still[0], 0.3)


def test_the_second_time_the_cache_answers(tmp_path: Path) -> None:
    first = bundled(tmp_path)
    (kept,) = tmp_path.glob("*.npy")
    marked = first + np.float32(1)
    np.save(kept, marked)
    assert np.array_equal(bundled(tmp_path), marked)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not an array", b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}"])
def test_a_corrupt_cache_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    first = bundled(tmp_path)
    (kept,) = tmp_path.glob("*.npy")
    kept.write_bytes(damage)
    assert np.array_equal(bundled(tmp_path), first)
    assert np.array_equal(np.load(kept), first)


def test_a_cache_of_another_shape_is_not_believed(tmp_path: Path) -> None:
    first = bundled(tmp_path)
    (kept,) = tmp_path.glob("*.npy")
    np.save(kept, first[:3])
    assert np.array_equal(bundled(tmp_path), first)


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    start, end = fan(3)
    assert bundle(start, end, cache=tmp_path / "file").shape == (3, 64, 2)


def test_the_cache_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.data.kept.KEPT", 3)
    for samples in range(8, 16):
        bundle([[0.1, 0.1]], [[0.9, 0.9]], samples=samples, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two arrays"):
        bundle(np.zeros((3, 2)), np.zeros((2, 2)), cache=tmp_path)
    with pytest.raises(ValueError, match="3 weights"):
        bundle(np.zeros((3, 2)), np.ones((3, 2)), np.ones(2), cache=tmp_path)


def test_bundling_says_how_far_it_is_and_a_second_start_has_nothing_to_say(folder: Path) -> None:
    chance = np.random.default_rng(5)
    start, end = chance.random((40, 2)), chance.random((40, 2))
    said: list[float] = []
    first = bundle(start, end, cache=folder, progress=said.append)
    assert said[0] == 0.0 and said[-1] == 1.0 and said == sorted(said)
    again: list[float] = []
    assert np.array_equal(bundle(start, end, cache=folder, progress=again.append), first)
    assert again == []
