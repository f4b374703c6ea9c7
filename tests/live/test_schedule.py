"""When live sources are asked while a show plays; and the process that does it, from start to end."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from live_packages import WHO, who, write_package
from web_stand import Site

from installation import schedule
from installation.clock import wall_time
from installation.data.package import load_package
from installation.data.rows import load_rows
from installation.errors import DataError, Problem
from installation.refresh import Outcome
from installation.scene.load import load_site
from installation.scene.refreshing import DataSite
from installation.schedule import DAY, HOUR, SOONEST, Refresher, Schedule, quiet

NOON = 12 * HOUR


class Source:
    """A package that is asked once in `period` seconds, and fails while `broken`."""

    def __init__(self, period: float = 7 * DAY) -> None:
        self.asked: list[float] = []
        self.now = 0.0
        self.broken = False
        self._answered: list[float] = []
        self._period = period

    def refresh(self, name: str) -> Outcome:
        self.asked.append(self.now)
        if self.broken:
            raise DataError("the answer is cut off")
        self._answered.append(self.now)
        return Outcome(name, True, ("swapped",))

    def due(self, _: str) -> float:
        return self._period - (self.now - self._answered[-1]) if self._answered else 0.0

    def play(self, made: Schedule, until: float, of_day: float = NOON) -> None:
        """Turns the clock from one moment to the next that matters."""
        while self.now < until:
            _, wait = made.turn(self.now, (of_day + self.now) % DAY)
            self.now += max(wait, 0.001)

    def schedule(self, hours: tuple[int, int] | None = None) -> Schedule:
        return Schedule(["a"], self.refresh, self.due, lambda _: self._period, hours)


def test_what_is_due_is_asked_once_and_again_when_it_is_due() -> None:
    source = Source(period=2 * DAY)
    source.play(source.schedule(), 5 * DAY)
    assert [round(at / DAY, 1) for at in source.asked] == [0.0, 2.0, 4.0]


def test_what_fails_is_tried_again_with_growing_waits() -> None:
    source = Source()
    source.broken = True
    source.play(source.schedule(), 8 * SOONEST)
    assert [round(at / SOONEST, 2) for at in source.asked] == [0.0, 1.0, 3.0, 7.0]


def test_what_is_wrong_is_listed_until_it_is_well() -> None:
    source = Source()
    source.broken = True
    made = source.schedule()
    done, _ = made.turn(0.0, NOON)
    assert made.problems["a"][0].message == "the answer is cut off"
    assert done == ["a: not refreshed, what was there stays: the answer is cut off"]
    assert made.awaited(10.0) == {"a": (SOONEST - 10.0, "the answer is cut off")}
    source.broken = False
    source.play(made, 2 * SOONEST)
    assert made.problems["a"] == ()


def test_only_the_hours_of_the_building_are_used() -> None:
    source = Source(period=2 * DAY)
    source.play(source.schedule((2, 6)), 4 * DAY)
    assert [((NOON + at) % DAY) // HOUR for at in source.asked] == [2.0, 2.0]


def test_sensors_speak_at_all_hours() -> None:
    source = Source(period=10.0)
    source.play(source.schedule((2, 6)), 60.0)
    assert len(source.asked) == 6


@pytest.mark.parametrize(
    ("hours", "of_day", "wait"),
    [
        (None, 5.0, 0.0),
        ((2, 6), 3 * HOUR, 0.0),
        ((2, 6), 7 * HOUR, 19 * HOUR),
        ((22, 6), 23 * HOUR, 0.0),
        ((22, 6), NOON, 10 * HOUR),
    ],
)
def test_hours_may_span_midnight(hours: tuple[int, int] | None, of_day: float, wait: float) -> None:
    assert quiet(hours, of_day) == wait


def test_a_site_file_says_whether_and_when(tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text("data: {refresh: [who], hours: [2, 6], addresses: {who: 'https://new.example/api/'}}\n")
    data = load_site(path).data
    assert (data.refresh, data.hours, data.addresses) == (["who"], (2, 6), {"who": "https://new.example/api/"})
    assert load_site(None).data.refresh == "none", "nobody goes out without being asked to"


# -- the process -----------------------------------------------------------------------------------------------------------


def until(found: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.02)


@pytest.fixture
def night(site: Site, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataSite:
    write_package(tmp_path, WHO)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(schedule, "OPENING", 0.0)
    site.script = lambda v: v.answer({"value": [who("KEN", 2020, 0.25)]})
    return DataSite(refresh=["dentists"], addresses={"dentists": site.address})


def test_a_night_refreshes_what_its_building_names(night: DataSite, site: Site) -> None:
    told: list[tuple[Problem, ...]] = []
    said: list[str] = []
    refresher = Refresher(["dentists", "no-such"], night, told.append, said.append).start()
    try:
        until(lambda: told, "the first word")
        assert [row["value"] for row in load_rows(load_package("dentists").tables["numbers"])] == [0.25]
        assert [problem.message for problem in told[0]] == ['there is no dataset "no-such"']
        assert said[0] == "dentists.numbers: 1 rows of who, 1 in the table"
        week = refresher.awaited["dentists"].at - wall_time()
        assert 6 * DAY < week < 8 * DAY and refresher.awaited["dentists"].problem == ""
        assert refresher.awaited["no-such"].problem == 'there is no dataset "no-such"'
    finally:
        refresher.close()
    assert site.visits[0].path == "/HWF_0010"


def test_a_process_that_ends_is_started_again(night: DataSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "RESTART", 0.05)
    told: list[tuple[Problem, ...]] = []
    refresher = Refresher(["dentists"], night, told.append, lambda _: None).start()
    try:
        until(lambda: told, "the first word")
        first = refresher.process
        assert first is not None
        os.kill(first.pid, 9)
        until(lambda: len(told) > 2, "the second process's word")
        assert "its process has ended" in told[1][0].message and told[2] == ()
    finally:
        refresher.close()
    assert refresher.process is not None and refresher.process.poll() is not None


def test_a_building_that_refreshes_nothing_starts_nothing() -> None:
    refresher = Refresher([], DataSite(), lambda _: None, print).start()
    refresher.close()
    assert refresher.process is None


def test_a_problem_crosses_the_pipe_whole() -> None:
    from installation.errors import Location

    for problem in (Problem("a", Location("f.csv", 3), "try"), Problem("b")):
        assert schedule.problem_of(json.loads(json.dumps(schedule.as_plain(problem)))) == problem
