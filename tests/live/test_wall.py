"""A refreshed package reaches a show that plays, by the road of an edited file; what doesn't get in leaves the wall alone."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from live_packages import WHO, Desk, who, write_package
from web_stand import Site

from installation import __version__
from installation.data import editions
from installation.data.package import find_package
from installation.errors import DataError
from installation.gpu.device import Device
from installation.live import files
from installation.logbook.book import Logbook
from installation.logbook.nights import find_night
from installation.logbook.replay import Replay
from installation.scene.load import Scene, load_show
from installation.scene.revisions import Revisions
from shows import Stage, filled, write_show

BRIGHT = """title: Bright
datasets: {d: dentists}
tables: {numbers: {from: d.numbers}}
layers:
  - {name: fill, kind: shader, shader: fill.fs, opacity: "= mean(numbers.value)", params: {tint: "#ffffff"}}
"""
SCENE = filled("#ff0000") + "datasets: {d: dentists}\ntables: {numbers: {from: d.numbers}}\n"


@pytest.fixture
def desk(site: Site, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    write_package(tmp_path, WHO)
    write_show(tmp_path / "shows" / "wall", {"one": SCENE, "two": filled("#00ff00")})
    monkeypatch.chdir(tmp_path)
    site.script = lambda v: v.answer({"value": [who("KEN", 2020, 0.25)]})
    return Desk(site)


def values(scene: Scene) -> list[float]:
    return [float(value) for value in scene.tables["numbers"].arrays["value"]]


def test_only_the_scenes_that_use_a_package_are_newer(desk: Desk) -> None:
    revisions = Revisions(load_show("wall"), lambda _: ())
    assert values(revisions.show.scenes["one"]) == [], "the show opens before anything is asked"
    desk.refresh()
    revision = revisions.look({editions.pointer("dentists")})
    assert revision is not None and revision.changed == {"one"} and revision.problems == ()
    assert values(revision.show.scenes["one"]) == [0.25]
    assert revision.show.scenes["one"].packages["d"].years == "2020"
    revisions.close()


def test_the_same_rows_are_the_same_table(desk: Desk) -> None:
    desk.refresh()
    revisions = Revisions(load_show("wall"), lambda _: ())
    before = revisions.show.scenes["one"].tables["numbers"]
    desk.now += 8 * 86400
    desk.refresh()
    revision = revisions.look({editions.pointer("dentists")})
    assert revision is not None
    assert revision.show.scenes["one"].tables["numbers"] is before, "nothing that was made of it is made anew"
    assert revision.show.scenes["one"].packages["d"].refreshed["numbers"].at == "2026-09-29T14:13:20Z"
    revisions.close()


def test_a_look_at_everything_that_may_have_been_missed_finds_only_what_is_new(desk: Desk) -> None:
    desk.refresh()
    revisions = Revisions(load_show("wall"), lambda _: ())
    revisions.look([])
    assert revisions.look(files(revisions.folders)) is None
    revisions.close()


def test_what_is_refused_is_no_revision(desk: Desk, site: Site) -> None:
    desk.refresh()
    revisions = Revisions(load_show("wall"), lambda _: ())
    revisions.look([])
    desk.now += 8 * 86400
    site.script = lambda v: v.answer(b"half")
    with pytest.raises(DataError):
        desk.refresh()
    assert revisions.look({editions.pointer("dentists")}) is None
    revisions.close()


def test_an_undone_refresh_is_taken_off_the_wall(desk: Desk) -> None:
    desk.refresh()
    revisions = Revisions(load_show("wall"), lambda _: ())
    editions.go_back("dentists", find_package("dentists"))
    revision = revisions.look({editions.pointer("dentists")})
    assert revision is not None and values(revision.show.scenes["one"]) == []
    revisions.close()


@pytest.mark.gl
def test_a_show_that_plays_takes_it_up(desk: Desk, device: Device) -> None:
    from installation.live import Live
    from installation.render.trial import Trial

    stage = Stage(device, load_show("wall"), live=True, fps=1.0)
    trial = Trial()
    live = Live(stage.engine, trial).start()
    try:
        deadline = time.monotonic() + 30
        while values(stage.engine.show.scenes["one"]) != [0.25]:
            assert time.monotonic() < deadline, "waited for the refreshed rows"
            stage.play()
            stage.engine.work(0.004)
            if desk.now < 1_790_000_000.0 + 86400 * 400:  # until the watcher watches, each refresh is a new edition
                desk.now += 8 * 86400
                desk.refresh()
            time.sleep(0.02)
        assert stage.engine.file_problems == []
    finally:
        live.close()
        trial.close()
        stage.close()


@pytest.mark.gl
def test_a_night_in_which_a_package_was_refreshed_is_drawn_again_with_the_rows_of_each_moment(
    desk: Desk, site: Site, device: Device, tmp_path: Path
) -> None:
    def refresh(value: float) -> None:
        site.script = lambda v: v.answer({"value": [who("KEN", 2020, value)]})
        desk.now += 8 * 86400
        desk.refresh()

    refresh(0.25)
    folder = write_show(tmp_path / "shows" / "bright", {"one": BRIGHT})
    stage = Stage(device, folder)
    book = Logbook(tmp_path / "log")
    of_site = {"flash_guard": {}, "smoothing": {}}
    book.attach(stage.engine, version=__version__, cue=None, seed=1, fps=10.0, site=of_site)
    revisions = Revisions(stage.engine.show, lambda _: ())
    before = [stage.play(), stage.play()]
    refresh(0.75)
    old = revisions.show
    revision = revisions.look({editions.pointer("dentists")})
    assert revision is not None
    stage.engine.revisions.put(replace(revision, files=book.keep(old, revision.show)))
    for _ in range(3):
        before.append(stage.play())
        stage.engine.work(1.0)
    book.close()
    stage.close()
    revisions.close()
    refresh(0.5)
    with Replay(find_night(None, tmp_path / "log"), device) as replay:
        again = [canvas.read() for taken in replay.frames() if (canvas := replay.play(taken)) is not None]
        assert not replay.unlike()
    assert len({canvas.tobytes() for canvas in before}) == 2
    assert all((one == other).all() for one, other in zip(before, again, strict=True))
