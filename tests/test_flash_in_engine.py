"""The flash guard in the engine: on by default, off only with a reason, seen in the status, and rehearsed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from playing import run

from installation.clock import FixedClock
from installation.errors import SceneError
from installation.gpu.device import Device
from installation.outputs.monitor import ReadBack
from installation.report import Journal
from installation.scene.load import load_site
from installation.scene.schema import FaultKind, FlashGuardSite
from installation.show import flash
from shows import Stage, filled, write_show

SIZE = (64, 36)
STROBE = """/*{"INPUTS": [{"NAME": "hertz", "TYPE": "float", "MIN": 0.0, "MAX": 60.0, "DEFAULT": 8.0}]}*/
void main() { gl_FragColor = vec4(vec3(step(0.5, fract(TIME * hertz))), 1.0); }
"""
GRADIENT_FS = """/*{}*/
void main() { vec2 p = isf_FragNormCoord; gl_FragColor = vec4(p, 0.5 + 0.5 * sin(40.0 * p.x) * sin(30.0 * p.y), 1.0); }
"""
GRADIENT = "title: One\nlayers: [{name: light, kind: shader, shader: gradient.fs}]\n"
SCENES = {
    "calm": filled("#8080a0"),
    "strobe": "title: Strobe\nlayers: [{name: light, kind: shader, shader: strobe.fs}]\n",
}
CUES = """cues:
  - {number: 1, name: Calm, scene: calm, fade: 0, continue: auto-continue, post_wait: 1}
  - {number: 2, name: Strobe, scene: strobe, fade: 0, continue: auto-continue, post_wait: 2}
"""

Open = Callable[..., Stage]


def folder_of(place: Path) -> Path:
    return write_show(place, SCENES, CUES, {"strobe.fs": STROBE})


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Open]:
    opened: list[Stage] = []

    def open_it(cue: str = "2", fps: float = 30.0, **more: object) -> Stage:
        made = Stage(device, folder_of(tmp_path / f"show{len(opened)}"), SIZE, **more)
        made.clock = FixedClock(fps)
        made.engine.open(0.0, cue)
        opened.append(made)
        return made

    yield open_it
    for one in opened:
        one.close()


def played(stage: Stage, frames: int) -> list[NDArray[np.uint8]]:
    """What was shown, frame by frame."""
    read = ReadBack(stage.engine.device, SIZE)
    shown = [read.read(stage.engine.step(stage.clock.next())).copy() for _ in range(frames)]
    read.close()
    return shown


def breaks(shown: list[NDArray[np.uint8]], fps: float = 30.0) -> bool:
    columns, rows = flash.grid(*SIZE)
    meter = flash.Meter(columns, rows)
    return any(
        meter.look(flash.cells(picture, columns, rows), index / fps).breaks for index, picture in enumerate(shown)
    )


@pytest.mark.gl
def test_a_strobe_never_reaches_the_wall(stage: Open) -> None:
    assert not breaks(played(stage(), 60))


@pytest.mark.gl
def test_a_calm_show_is_the_same_to_the_bit_with_and_without_the_guard(stage: Open) -> None:
    guarded, bare = stage("1"), stage("1", flash_guard=FlashGuardSite(off="a test"))
    assert all((a == b).all() for a, b in zip(played(guarded, 12), played(bare, 12), strict=True))


@pytest.mark.gl
def test_it_is_off_only_with_a_reason_that_the_status_and_the_log_repeat(
    stage: Open, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "installation"):
        bare = stage(flash_guard=FlashGuardSite(off="measured by hand on 3 May"))
    assert breaks(played(bare, 60))
    assert bare.engine.status()["flash"] == {"guard": "off", "reason": "measured by hand on 3 May"}
    assert "measured by hand on 3 May" in caplog.text


@pytest.mark.gl
def test_the_status_and_the_log_say_when_it_calms_and_when_it_has_let_go(
    stage: Open, caplog: pytest.LogCaptureFixture
) -> None:
    show = stage()
    journal = Journal(show.engine)
    calming: list[bool] = []
    with caplog.at_level(logging.WARNING, "installation"):
        for index in range(240):
            if index == 60:
                show.say("/scene/calm/go", 0.0)
            frame = show.clock.next()
            show.engine.step(frame)
            journal.write(frame)
            status = show.engine.status()["flash"]
            assert isinstance(status, dict) and status["guard"] == "on"
            calming.append(status["damping"])
            if "has let go" in caplog.text:
                break
    assert calming[59] and not calming[0] and not calming[-1]
    assert "the flash guard calms 100.0 % of the canvas" in caplog.text
    assert "the flash guard has let go" in caplog.text


@pytest.mark.gl
def test_fiction_that_the_guard_lets_go_of_slowly_keeps_its_word(stage: Open) -> None:
    show = stage()
    played(show, 60)
    assert show.engine.wall.guard is not None and show.engine.wall.guard.calmed > 0.0
    show.engine.wall._stamped = True
    played(show, 1)
    assert show.engine.wall.fiction


@pytest.mark.gl
def test_nothing_that_can_be_set_while_it_plays_touches_the_guard(stage: Open) -> None:
    assert [
        param.address for param in stage().engine.params if "flash" in param.address or "guard" in param.address
    ] == []


@pytest.mark.gl
@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_what_a_fault_does_is_measured_as_it_is_shown(device: Device, tmp_path: Path, kind: str) -> None:
    score = f"{{seed: 3, score: [{{fault: {kind}, end: 60, density: [9, 9], strength: 1, lasts: 5}}]}}"
    scenes = {"one": GRADIENT, "two": filled("#203040")}
    cues = f"cues: [{{number: 1, scene: one, under: two, fade: 0}}]\nfaults: {{score: {score}}}"
    stage = Stage(device, write_show(tmp_path / "show", scenes, cues, {"gradient.fs": GRADIENT_FS}), SIZE)
    stage.clock = FixedClock(30.0)
    stage.engine.open(0.0, "1")
    calm = played(stage, 2)[-1]
    stage.say("/faults/score")
    shown = played(stage, 45)[-1]
    guard = stage.engine.wall.guard
    assert guard is not None and stage.engine.faulting
    seen, calmed = guard.read()
    assert not calmed.any() and np.abs(shown.astype(int) - calm).max() > 20
    assert np.abs(seen - flash.cells(shown, *guard.grid)[::-1]).max() < 0.01
    stage.close()


@pytest.mark.gl
def test_a_canvas_that_is_drawn_coarser_meanwhile_stays_guarded(stage: Open) -> None:
    show = stage()
    first = played(show, 20)
    show.say("/canvas/scale", 0.5)
    assert not breaks(first + played(show, 40))


@pytest.mark.parametrize("reason", ["true", '""', '"  "', "7"])
def test_a_guard_without_a_reason_to_be_off_is_refused_with_its_place(tmp_path: Path, reason: str) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text(f"flash_guard: {{off: {reason}}}\n", "utf-8")
    with pytest.raises(SceneError, match=r"hall\.yaml:1:"):
        load_site(site)


def test_a_key_with_nothing_after_it_leaves_the_guard_on(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text("flash_guard:\n  off:\n  distance: 1.2\n", "utf-8")
    guard = load_site(site).flash_guard
    assert guard.off is None and guard.distance == 1.2


def test_a_rehearsal_finds_the_cue_that_only_the_guard_keeps_harmless(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "loud")
    ended = run("rehearse", folder, "--fps", 30, folder=tmp_path)
    assert ended.code == 1, ended.said
    assert "cue 1 Calm: 1.0 s of" in ended.said
    assert "worst second: 0 general, 0 red flashes; over the limit 0% of a field" in ended.said
    assert "worst second: 8 general, 0 red flashes; over the limit 100% of a field" in ended.said
    assert "the guard calmed up to 100% of the canvas" in ended.said
    assert "cue 2: up to 8 general and 0 red flashes a second" in ended.said


def test_a_rehearsal_of_one_calm_cue_ends_well(tmp_path: Path) -> None:
    ended = run("rehearse", folder_of(tmp_path / "calm"), "--cue", 1, "--fps", 24, folder=tmp_path)
    assert ended.code == 0, ended.said
    assert "cue 2" not in ended.said
