"""A rehearsal of all cues: what is broken, with its place, what comes late, and that only what is held is let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.gpu.device import Device
from installation.rehearse import Wish, rehearse, told
from installation.scene.load import load_show, load_site
from shows import filled, write_show

pytestmark = pytest.mark.gl

SCENES = {
    "calm": filled("#8080a0"),
    "torn": "title: Torn\nlayers: [{name: top, kind: shader, shader: torn.fs}]\n",
}
TORN = "/*{}*/\nvoid main() {\n  gl_FragColor = vec4(undeclared);\n}\n"
CUES = """cues:
  - {number: 1, name: Calm, scene: calm, fade: 0, continue: auto-continue, post_wait: 20}
  - {number: 2, name: Lights, osc: [{to: lights, address: /go}], midi: [{note: 60}], continue: auto-continue, post_wait: 0.2}
  - {number: 3, name: Ghost, osc: [{to: nobody, address: /go}], continue: auto-continue, post_wait: 0.2}
  - number: 4
    name: Any
    group: random
    continue: auto-continue
    post_wait: 0.3
    cues:
      - {number: 4.1, name: One, scene: calm, fade: 0}
      - {number: 4.2, name: Other, scene: torn, fade: 0}
  - {number: 5, name: Evening, scene: calm, fade: 0, trigger: {clock: "23:00"}, continue: auto-continue, post_wait: 0.2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_show(tmp_path / "show", SCENES, CUES + "fps: 10", {"torn.fs": TORN})


def test_all_cues_are_gone_through_and_what_is_wrong_is_told_with_its_place(
    folder: Path, tmp_path: Path, device: Device
) -> None:
    (tmp_path / "hall.yaml").write_text("osc: {controllers: {lights: {host: 127.0.0.1, port: 9}}}\n", "utf-8")
    done: list[tuple[int, int]] = []
    reports, problems = rehearse(
        load_show(folder), load_site(tmp_path / "hall.yaml"), Wish(), lambda now, of: done.append((now, of)), device
    )
    assert [report.number for report in reports] == ["1", "2", "3", "4", "5", "4.1", "4.2"]
    said = [str(problem) for problem in problems]
    assert any("torn.fs:3" in one for one in said), "the shader's own line"
    assert any("show.yaml:6" in one and 'called "nobody"' in one for one in said), said
    by_number = {report.number: report for report in reports}
    assert (by_number["2"].sent, by_number["3"].sent) == (2, 1)
    assert done[-1][0] <= done[-1][1]


def test_what_is_held_is_sampled_and_what_happens_is_not(folder: Path, device: Device) -> None:
    (calm,), _ = rehearse(load_show(folder), load_site(None), Wish(only="1"), device=device)
    assert calm.lasts == 20.0
    assert 2.0 < calm.seconds < 4.0
    assert "of 20.0 s drawn" in told(calm)[0]


def test_a_whole_rehearsal_draws_every_frame(folder: Path, device: Device) -> None:
    (calm,), _ = rehearse(load_show(folder), load_site(None), Wish(only="1", longest=4.0, whole=True), device=device)
    assert calm.seconds == pytest.approx(4.0)


def test_frames_over_a_stated_budget_are_a_problem_of_their_cue(folder: Path, device: Device) -> None:
    (calm,), problems = rehearse(
        load_show(folder), load_site(None), Wish(only="1", longest=1.0, budget_ms=0.001), device=device
    )
    assert calm.late == len(calm.costs_ms) > 0
    (late,) = [problem for problem in problems if "frames took more than" in problem.message]
    assert late.where is not None and late.where.path.endswith("show.yaml") and late.where.line == 4
