"""The page beside the work says what is so: worked out from the show, the site and the machine that are given."""

from __future__ import annotations

import sys
from dataclasses import fields

import pytest
from playing import typed

from installation.errors import DeviceError
from installation.inputs.sense import Sense
from installation.privacy import SENSED, page_of
from installation.scene.load import load_show, load_site

MIRROR = (
    "title: Glass\nshows_camera: true\n"
    "layers: [{name: glass, kind: shader, shader: echo.fs, inputs: {inputImage: camera.picture}}]\n"
)
HELD = ("no network (seccomp)", "no file can be written (Landlock)")


def said(show="living_smiles", site="", tmp_path=None, held=HELD) -> str:
    file = None
    if site:
        file = tmp_path / "site.yaml"
        file.write_text(site)
    sections = page_of(load_show(show), load_site(file), held)
    return "\n".join(line for section in sections for line in (section.title, *section.lines))


def test_every_thing_that_is_sensed_is_on_the_page():
    page = said()
    told = [field.name for field in fields(Sense) if field.name in SENSED]
    assert len(told) >= 6 and all(SENSED[name] in page for name in told)
    unlisted = (
        {field.name for field in fields(Sense)} - SENSED.keys() - {"sequence", "when", "source", "live", "face_age"}
    )
    assert all(name.replace("_", " ") in page for name in unlisted)


@pytest.mark.parametrize(
    ("site", "there", "not_there"),
    [
        ("camera: {source: none}", "No camera is used.", "outline: where"),
        ("camera: {source: synthetic}", "a figure that the computer draws", "locked in"),
        ("camera: {source: shows/living_smiles/stills}", "a recording: stills", "locked in"),
        ("camera: {source: 'device:Logi'}", "plugged into this computer: Logi", "recording"),
        ("camera: {source: 'rtsp://me:pw@cam/x?k=1'}", "A camera on the network.", "cam/x"),
        ("camera: {renew: 2}", "replaced every 2 hours", "6 hours"),
        ("outputs: [{record: a.mp4}]", "A film of the wall is recorded", "no outline is ever written"),
        ("outputs: [{ndi: wall}]", "sent into the building's network (NDI)", "A film of the wall"),
        ("console: {host: 0.0.0.0}", "any computer in the building's network", "zzz"),
        ("{}", "No shapes.", "has their outlines"),
        ("log: {silhouettes: true}", "has their outlines, small", "No picture and no outline"),
        ("log: {off: true}", "no log of the night is kept", "No shapes."),
        ("log: {days: 3, folder: /srv/nights}", "in /srv/nights, for 3 days", "for 14 days"),
        ("cameras: [{source: none}, {name: door, source: device, part: [0.5, 0, 0.5, 1]}]", "(door)", "zzz"),
    ],
)
def test_the_page_follows_the_site(site, there, not_there, tmp_path):
    page = said(site=site, tmp_path=tmp_path)
    assert there in page and not_there not in page


def test_what_one_program_leaves_to_the_next_is_on_the_page():
    page = said()
    left = "leaves it to the next, in memory that no other program opens" if sys.platform == "linux" else "40 by 24"
    assert left in page


def test_the_page_follows_what_the_machine_enforces_and_what_the_show_does(tmp_path):
    assert "no network (seccomp)" in said()
    assert "locks nothing in" in said(held=())
    (tmp_path / "scenes").mkdir()
    (tmp_path / "show.yaml").write_text("title: Mirror\ncues: [{number: '1', scene: one}]\n")
    (tmp_path / "scenes/one.yaml").write_text("title: Glass\nlayers: [{name: words, kind: text, text: hello}]\n")
    assert "doesn't use what the camera senses" in said(tmp_path)
    (tmp_path / "scenes/one.yaml").write_text(MIRROR)
    page = said(tmp_path)
    assert "The camera's own picture is shown on the wall in: Glass" in page and "never shown" not in page


@pytest.mark.parametrize("source", ["HD Pro Webcam C920", "rstp://10.0.0.3/stream", "loop.mp4"])
def test_a_slip_in_the_site_makes_no_page_that_says_that_nobody_is_seen(source, tmp_path):
    with pytest.raises(DeviceError) as caught:
        said(site=f"camera: {{source: '{source}'}}", tmp_path=tmp_path)
    assert caught.value.problems[0].hint


def test_what_answers_to_where_somebody_stands_is_on_the_page():
    page = said()
    line = next(line for line in page.splitlines() if "stands chooses" in line)
    assert all(title in line for title in ("Contrast", "The gradient", "The drain", "The roots"))
    assert "Attract" not in line and "opens around whoever stands" in page


def test_a_text_that_says_how_many_are_there_is_a_use_of_the_camera(tmp_path):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "show.yaml").write_text("title: Mirror\ncues: [{number: '1', scene: one}]\n")
    words = "title: Glass\nlayers: [{name: words, kind: text, text: '{visitors} are here'}]\n"
    (tmp_path / "scenes/one.yaml").write_text(words)
    assert "people are there change: Glass." in said(tmp_path)


def test_an_echo_of_a_silhouette_lingers_and_a_picture_on_the_wall_is_said_to_leave_its_program(tmp_path):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "show.yaml").write_text("title: Mirror\ncues: [{number: '1', scene: one}]\n")
    scene = "layers: [{name: who, kind: camera, effects: [{shader: echo.fs}]}]\n"
    (tmp_path / "scenes/one.yaml").write_text("title: Glass\n" + scene)
    page = said(tmp_path)
    assert "linger on the wall for a while in: Glass" in page and "But for what is said" not in page
    (tmp_path / "scenes/one.yaml").write_text(MIRROR)
    assert "But for what is said below, the picture stays" in said(tmp_path)


def test_the_command_prints_the_page_and_writes_it(tmp_path):
    printed = typed("privacy", "living_smiles")
    assert printed.code == 0 and "What looks at you" in printed.out
    page = tmp_path / "page.html"
    assert typed("privacy", "living_smiles", "--out", page).code == 0
    assert page.read_text().startswith("<!doctype html>") and "<script" not in page.read_text()
    assert typed("privacy", "living_smiles", "--out", tmp_path / "nowhere" / "page.txt").code != 0
