"""`installation check --site`: a curator's mistakes in a site file, each with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from installation.align.check import gap
from installation.cli import app


def checked(tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    done = CliRunner().invoke(app, ["check", "--site", str(path)], env={"COLUMNS": "300"})
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("outputs:\n- surfaces:\n  - corners: [[0, 0], [1, 1], [1, 0], [0, 1]]\n", ":3:", "cross"),
        (
            "outputs:\n- surfaces:\n  - points: [[[0, 0], [0.6, 0], [0.5, 0]], [[0, 1], [0.4, 1], [1, 1]]]\n",
            ":3:",
            "folds over",
        ),
        ("outputs:\n- surfaces:\n  - {}\n  - cylinder: {arc: 300, distance: 0.1}\n", ":4:", "can't see the ends"),
        ("outputs:\n- masks:\n  - picture: door.png\n", ":3:", "no such mask: door.png"),
        ("outputs:\n- {}\n- name: Stage Right\n", ":3:", "write stage_right"),
        ("outputs:\n- name: left\n- name: left\n", ":3:", "give each output another name: name: right"),
        ("opening:\n- {opens: 8pm, closes: 02:00}\n", ":2:", "hours and minutes"),
        ("outputs:\n- lut: warm.cube\n", ":2:", "no file"),
        ("outputs:\n- record: tonight.mp4\n  codec: prores\n", ":2:", "a .mp4 holds no prores"),
        ("outputs:\n- record: tonight.gif\n", ":2:", 'can\'t write ".gif" files'),
        ("outputs:\n- record: tonight.mp4\n  size: [641, 360]\n", ":2:", "must be even"),
    ],
)
def test_what_cannot_be_thrown_or_read_is_told_with_its_line(tmp_path: Path, text: str, where: str, what: str):
    code, said = checked(tmp_path, text)
    assert code == 1 and f"site.yaml{where}" in said and what in said


@pytest.mark.parametrize(
    ("text", "where", "what", "hint"),
    [
        (
            "outputs:\n- surfaces:\n  - corners: [[0, 0], [100, 0], [100, 98], [0, 100]]\n",
            ":3:23",
            "[100, 0] lies far outside",
            "are these percent? [1, 0]",
        ),
        (
            "outputs:\n- masks:\n  - polygon: [[0, 0], [1920, 0], [1920, 800]]\n",
            ":3:",
            "[1920, 0] lies far outside",
            "are these pixels?",
        ),
        (
            "outputs:\n- {name: left, display: 0}\n- name: right\n  display: 0\n",
            ":4:",
            "output left has display 0 already",
            "another display here",
        ),
        (
            "osc:\n  port: 8142\n",
            ":2:",
            "OSC over TCP and the console both listen at tcp port 8142",
            "another port: 8143",
        ),
        ("console:\n  port: 9000\n", ":2:", "both listen at tcp port 9000", "another port"),
        (
            "osc: {port: 6454, host: 0.0.0.0}\n"
            "lights: {in: {desk: {protocol: artnet, universe: 0, allow: [10.0.0.0/8], channels: {1: /go}}}}\n",
            ":2:",
            "OSC and the lighting desk (Art-Net) both listen at udp port 6454",
            "another port",
        ),
        ("camera:\n  source: sythetic\n", ":2:", "sythetic: no such film", 'did you mean "synthetic"?'),
        ("camera:\n  source: visitors.mp4\n", ":2:", "visitors.mp4: no such film", "in which the show is started"),
        ("cameras:\n- source: ftp://hall/cam\n", ":2:", "streams of this kind", "rtsp://"),
        ("audio:\n  source: nnone\n", ":2:", 'no sound file "nnone"', 'did you mean "none"?'),
    ],
)
def test_what_cannot_work_tonight_is_told_with_its_line_and_a_remedy(
    tmp_path: Path, text: str, where: str, what: str, hint: str
):
    code, said = checked(tmp_path, text)
    assert code == 1 and f"site.yaml{where}" in said and what in said and hint in said, said


@pytest.mark.parametrize(
    "text",
    [
        "osc: {port: 8142, tcp: false}\n",  # one over UDP, one over TCP
        "osc: {port: 8142, host: 192.168.1.5}\n",  # two networks of this machine
        "osc: {port: 0}\nconsole: {port: 0}\n",
        "outputs: [{display: 0}, {display: 1}, {}]\n",
        "outputs: [{masks: [{polygon: [[0.3, -0.1], [0.6, -0.1], [0.6, 0.5]], inside: true}]}]\n",
    ],
)
def test_what_can_be_meant_is_fine(tmp_path: Path, text: str):
    code, said = checked(tmp_path, text)
    assert code == 0 and "fine" in said and "warning" not in said, said


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("outputs: [{surfaces: [{corners: [[-2, -2], [3, -2], [3, 3], [-2, 3]]}]}]\n", "[-2, -2] lies far outside"),
        ("camera: {source: 'device:Nobody Has This 9000'}\n", "(now, on this machine)"),
        (
            "canvas: [4267, 1080]\noutputs: [{name: a, surfaces: [{region: [0, 0, 0.45, 1]}]}, "
            "{name: b, surfaces: [{region: [0.55, 0, 0.45, 1]}]}]\n",
            "outputs a and b leave a gap between them: none shows x 0.45 to 0.55, y 0 to 1",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, text: str, what: str):
    code, said = checked(tmp_path, text)
    assert code == 0 and "fine" in said and "warning: " in said and what in said, said


def test_gaps_lie_between_regions_and_not_beside_them():
    assert gap([(0, 0, 0.5, 1), (0.5, 0, 0.5, 1)]) == (0, 0, 0, 0)
    assert gap([(0, 0, 0.6, 0.9), (0.4, 0.1, 0.6, 0.9)]) == (0, 0, 0, 0)  # one hangs higher than the other
    assert gap([(0, 0, 0.3333, 1), (0.3334, 0, 0.6666, 1)]) == (0, 0, 0, 0)
    assert gap([(0, 0, 1, 0.4), (0, 0.5, 1, 0.5)]) == (0, 0.4, 1, 0.5)
    assert gap([(0, 0, 0.5, 1), (0.5, 0.6, 0.2, 0.4), (0.7, 0, 0.3, 1)]) == (0.5, 0, 0.7, 0.6)


def test_a_site_that_is_fine_is_said_to_be_and_a_forgotten_wall_is_a_warning(tmp_path: Path):
    code, said = checked(
        tmp_path, "outputs: [{surfaces: [{region: [0, 0, 0.6, 1]}]}, {surfaces: [{region: [0.4, 0, 0.6, 1]}]}]\n"
    )
    assert code == 0 and "2 outputs, 2 surfaces, fine" in said
    assert "outputs 1 and 2 show a part of the canvas twice" in said
    code, said = checked(tmp_path, "outputs: [{}, {}]\n")
    assert code == 0 and "twice" not in said  # a copy in the foyer is no overlap


def test_a_canvas_of_another_shape_than_the_projectors_is_told_with_the_one_that_fits(tmp_path: Path):
    two = "outputs: [{surfaces: [{region: [0, 0, 0.6, 1], wall: a}]}, {surfaces: [{region: [0.4, 0, 0.6, 1], wall: a}]}]\n"
    code, said = checked(tmp_path, two)
    assert code == 0 and "1.67 times as wide as high" in said and "canvas: [3200, 1080] in the site file fits" in said
    assert "the show's canvas and a display without a size taken for 1920 x 1080" in said
    code, said = checked(tmp_path, "canvas: [3200, 1080]\n" + two)
    assert code == 0 and "warning" not in said
    code, said = checked(tmp_path, "canvas: [3200, 8]\n")
    assert code == 1 and "site.yaml:1" in said


def test_sites_that_are_shown_as_examples_stretch_nothing(tmp_path: Path):
    root = Path(__file__).parents[2]
    (first, *_) = re.findall(r"```yaml\n(.*?)```", (root / "shows" / "OUTPUTS.md").read_text("utf-8"), re.DOTALL)
    (readme,) = re.findall(
        r"^    canvas:.*?(?=\n\n)", (root / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for text in (first, re.sub("(?m)^    ", "", readme)):
        code, said = checked(tmp_path, text)
        assert code == 0 and "stretched" not in said and "gap" not in said, said
    done = CliRunner().invoke(app, ["check", "--site", str(root / "shows" / "sites" / "three_projectors.yaml")])
    assert done.exit_code == 0 and "warning" not in done.output
