"""A night's clock: what is asked for and told of it is the time on the wall, also where the show's own time was behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from playing import run, typed
from test_log import Played

from installation.gpu.device import Device
from installation.logbook.records import Taken
from installation.logbook.span import Span

pytestmark = pytest.mark.gl


@pytest.fixture
def slow(device: Device, tmp_path: Path) -> Iterator[Played]:
    """Thirty frames of a machine that needs more than a second for each: 20:00:00 to 20:00:35 on the clock, and 1 of the show."""
    night = Played(device, tmp_path)
    for number in range(30):
        if number == 12:
            night.stage.say("/go")
        night.frame()
        night.lag += 1.17
    night.close()
    yield night


def test_a_moment_is_found_by_the_clock_where_the_shows_time_was_behind(slow: Played, tmp_path: Path) -> None:
    asked = ("--folder", tmp_path / "log", "--at", "20:00:20", "--duration", 6)
    ended = run("replay", *asked, "--exact", "--out", tmp_path / "stills", folder=tmp_path)
    assert "5 frames, 2026-11-23 20:00:20 to 20:00:25" in ended.said and "equal to the night, to the byte" in ended.said
    first = 17  # 17 * (1.17 + 0.035) = 20.5
    for number, path in enumerate(sorted((tmp_path / "stills").glob("*.png"))):
        with av.open(str(path)) as file:
            (picture,) = (frame.to_ndarray(format="rgba") for frame in file.decode(video=0))
        assert (picture[::-1][..., :3] == slow.canvases[first + number][..., :3]).all()


def test_a_film_of_a_slow_night_is_as_long_as_its_time_on_the_clock(slow: Played, tmp_path: Path) -> None:
    asked = ("--folder", tmp_path / "log", "--at", "20:00:10", "--duration", 12, "--fps", 10)
    ended = run("replay", *asked, "--out", tmp_path / "x.mp4", folder=tmp_path)
    assert "2026-11-23 20:00:10 to 20:00:2" in ended.said
    with av.open(str(tmp_path / "x.mp4")) as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert 105 <= frames <= 121


def test_the_words_of_a_slow_night_are_found_by_the_clock(slow: Played, tmp_path: Path) -> None:
    def listed(*when: object) -> str:
        return typed("log", "--folder", tmp_path / "log", *when).said

    assert "20:00:14 /go" in listed("--at", "20:00:14", "--duration", 1)
    assert "/go" not in listed("--at", "20:00:15") and "/go" not in listed("--at", "20:00:02", "--duration", 9)
    past = run("replay", "--folder", tmp_path / "log", "--at", "20:05", "--out", tmp_path / "y.png", folder=tmp_path)
    assert past.code == 1 and "from 20:00:00 to 20:00:3" in past.said


def test_a_clock_that_is_set_neither_stops_a_span_nor_stretches_it() -> None:
    span = Span(None, 10.0)
    for seconds, clock in ((0.0, 7200.0), (4.0, 7204.0), (5.0, 3605.0), (6.0, 3607.0), (7.0, 50000.0)):
        span.see(Taken(0, seconds, 1.0, (2026.0, 10.0, 25.0, clock)))
    assert span.passed == pytest.approx(8.0) and not span.over
